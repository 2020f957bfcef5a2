using System.Text.Json;
using Microsoft.DurableTask;

namespace FunctionApp.Tests.EmbeddedFunctions.DurableTask;

public sealed class TaskFailureDetailsTests
{
    [Fact]
    public void FromException_InnerExceptions_KeepsTheWholeChain()
    {
        var details = TaskFailureDetails.FromException(
            new InvalidOperationException("outer", new ArgumentException("middle", "p", new CustomException("inner"))));

        Assert.Equal("System.InvalidOperationException", details.ErrorType);
        Assert.Equal("outer", details.ErrorMessage);
        Assert.Equal("System.ArgumentException", details.InnerFailure!.ErrorType);
        Assert.Equal("middle (Parameter 'p')", details.InnerFailure.ErrorMessage);
        Assert.Equal(typeof(CustomException).FullName, details.InnerFailure.InnerFailure!.ErrorType);
        Assert.Null(details.InnerFailure.InnerFailure.InnerFailure);
    }

    [Fact]
    public void FromException_Thrown_KeepsTheStackTrace()
    {
        var error = Record.Exception(() => JsonSerializer.Deserialize<int>("no"))!;

        Assert.Equal(error.StackTrace, TaskFailureDetails.FromException(error).StackTrace);
        Assert.Null(TaskFailureDetails.FromException(new CustomException("never thrown")).StackTrace);
    }

    [Fact]
    public void FromException_TaskFailedException_HasTheTasksFailureInside()
    {
        var cause = new TaskFailureDetails("System.FormatException", "bad", null, null, null);

        var details = TaskFailureDetails.FromException(new TaskFailedException("Call", 4, cause));

        Assert.Equal("Microsoft.DurableTask.TaskFailedException", details.ErrorType);
        Assert.Equal("Task 'Call' (#4) failed with an unhandled exception: bad", details.ErrorMessage);
        Assert.Same(cause, details.InnerFailure);
    }

    [Theory]
    [InlineData("System.ArgumentNullException", typeof(ArgumentNullException), true)]
    [InlineData("System.ArgumentNullException", typeof(ArgumentException), true)]
    [InlineData("System.ArgumentNullException", typeof(Exception), true)]
    [InlineData("System.ArgumentException", typeof(ArgumentNullException), false)]
    [InlineData("System.Text.Json.JsonException", typeof(JsonException), true)]
    [InlineData("System.Text.Json.JsonException", typeof(Exception), true)]
    [InlineData("Microsoft.DurableTask.TaskFailedException", typeof(CustomException), false)]
    [InlineData("No.Such.Exception", typeof(Exception), false)]
    [InlineData("", typeof(Exception), false)]
    public void IsCausedBy_TypeByName_KnowsBaseTypes(string errorType, Type asked, bool expected)
        => Assert.Equal(expected, new TaskFailureDetails(errorType, "", null, null, null).IsCausedBy(asked));

    [Fact]
    public void IsCausedBy_ExceptionOfTheApplication_IsFoundFromAnyBase()
    {
        var details = TaskFailureDetails.FromException(new CustomException("x"));

        Assert.True(details.IsCausedBy<CustomException>());
        Assert.True(details.IsCausedBy<InvalidOperationException>());
        Assert.False(details.IsCausedBy<ArgumentException>());
    }

    [Fact]
    public void IsCausedBy_OnlyTheInnerFailureMatches_IsFalse()
        => Assert.False(TaskFailureDetails.FromException(new InvalidOperationException("x", new TimeoutException())).IsCausedBy<TimeoutException>());

    [Fact]
    public void IsCausedBy_NoExceptionType_Throws()
        => Assert.Throws<ArgumentException>(() => new TaskFailureDetails("X", "", null, null, null).IsCausedBy(typeof(string)));

    [Fact]
    public void ToString_Always_IsTypeAndMessage()
        => Assert.Equal("System.FormatException: bad: really", TaskFailureDetails.FromException(new FormatException("bad: really")).ToString());

    [Fact]
    public void Equals_SameValues_IsTrueAlsoAfterIsCausedBy()
    {
        var asked = new TaskFailureDetails("System.FormatException", "bad", null, null, null);
        var fresh = asked with { };

        Assert.True(asked.IsCausedBy<FormatException>());
        Assert.Equal(fresh, asked);
    }

    private sealed class CustomException(string message) : InvalidOperationException(message);
}
