using Atelier.Campaigns.Workflow;
using Microsoft.DurableTask;

namespace FunctionApp.Tests.Campaigns.Workflow;

public sealed class PartFailureTests
{
    private const string FullType = "Atelier.Campaigns.Workflow.PartFailedException";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void From_MessageOfItsException_GivesItBack(bool canRetry)
    {
        var failure = new PartFailure("rate_limited", "Slow down: 3 calls (at most) per minute.", canRetry);

        Assert.Equal(failure, PartFailure.From(DetailsOf(FullType, new PartFailedException(failure).Message)));
    }

    [Fact]
    public void From_WaitThatTheProviderAskedFor_GivesItBack()
    {
        var failure = new PartFailure("rate_limited", "Slow down.", CanRetry: true, new RetryWait(TimeSpan.FromSeconds(30), 2));

        Assert.Equal("rate_limited (wait 30000 ms after attempt 2): Slow down.", failure.ToString());
        Assert.Equal(failure, PartFailure.From(DetailsOf(FullType, failure.ToString())));
    }

    // Older durable extensions take what stands before the first colon for the type.
    [Fact]
    public void From_MessageCutAtItsFirstColon_GivesItBackWhole()
    {
        var failure = new PartFailure("server_error", "Status 503: try later.", CanRetry: true);
        string[] halves = new PartFailedException(failure).Message.Split(": ", 2);

        Assert.Equal(failure, PartFailure.From(DetailsOf(halves[0], halves[1])));
    }

    [Theory]
    [InlineData("(unknown)", "Connection refused")]
    [InlineData("Npgsql.NpgsqlException", "Exception while reading from stream")]
    [InlineData("System.Exception", "")]
    [InlineData("System.Exception", "Rate_Limited (maybe): no")]
    public void From_ForeignFailure_IsWorthAnotherAttemptAndKeepsItsDetailsToItself(string type, string message)
    {
        PartFailure failure = PartFailure.From(DetailsOf(type, message));

        Assert.True(failure.CanRetry);
        Assert.Equal("internal_error", failure.Code);
        Assert.Equal("Something went wrong on our side.", failure.Message);
    }

    private static TaskFailureDetails DetailsOf(string type, string message) => new(type, message, null, null, null);
}
