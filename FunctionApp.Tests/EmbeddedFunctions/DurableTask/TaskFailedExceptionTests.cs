using Microsoft.DurableTask;

namespace FunctionApp.Tests.EmbeddedFunctions.DurableTask;

public sealed class TaskFailedExceptionTests
{
    [Fact]
    public void Constructor_FailureDetails_TellsTaskIdAndMessage()
    {
        var details = new TaskFailureDetails("System.FormatException", "line one\nline two: x", null, null, null);

        var error = new TaskFailedException("Parse", 2, details);

        Assert.Equal("Task 'Parse' (#2) failed with an unhandled exception: line one\nline two: x", error.Message);
        Assert.Equal(("Parse", 2), (error.TaskName, error.TaskId));
        Assert.Same(details, error.FailureDetails);
        Assert.Null(error.InnerException);
    }

    [Fact]
    public void Constructor_EmptyMessage_KeepsTheColon()
        => Assert.Equal(
            "Task 'A' (#0) failed with an unhandled exception: ",
            new TaskFailedException("A", 0, new TaskFailureDetails("X", "", null, null, null)).Message);

    [Fact]
    public void Constructor_Exception_TakesItsDetailsDown()
    {
        var cause = new FormatException("bad");

        var error = new TaskFailedException("Parse", 0, cause);

        Assert.Equal("Task 'Parse' (#0) failed with an unhandled exception: bad", error.Message);
        Assert.Same(cause, error.InnerException);
        Assert.Equal("System.FormatException: bad", error.FailureDetails.ToString());
    }
}
