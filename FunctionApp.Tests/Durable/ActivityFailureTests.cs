using Atelier.Durable;
using Microsoft.DurableTask;

namespace FunctionApp.Tests.Durable;

public sealed class ActivityFailureTests
{
    private static readonly ActivityFailure Waiting = new(
        "rate_limited", "Slow down: 3 calls (at most) per minute.", CanRetry: true, new RetryWait(TimeSpan.FromMilliseconds(30_500), 2));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void From_DetailsOfAnActivityFailure_RestoresIt(bool canRetry)
    {
        var failure = Waiting with { CanRetry = canRetry, Wait = null };

        Assert.Equal(failure, ActivityFailure.From(Failures.Details(failure)));
    }

    [Fact]
    public void From_FailureWithAWait_RestoresIt() => Assert.Equal(Waiting, ActivityFailure.From(Failures.Details(Waiting)));

    // As a failed sub-orchestration passes on the failure of its activity.
    [Fact]
    public void From_NestedDetails_RestoresTheFailure()
    {
        var wrapped = new TaskFailureDetails(
            "Microsoft.DurableTask.TaskFailedException", "Task 'PollImage' (#0) failed.", null, Failures.Details(Waiting), new Dictionary<string, object?>());

        Assert.Equal(Waiting, ActivityFailure.From(wrapped));
    }

    // The hosts pass on only strings, booleans and doubles unchanged.
    [Fact]
    public void Properties_OfAFailure_AreOfTypesThatTheHostsCarryUnchanged()
    {
        var properties = Failures.Details(Waiting).Properties!;

        Assert.Equal(
            new Dictionary<string, object?> { ["code"] = "rate_limited", ["retryable"] = true, ["retryAfter"] = 30.5, ["attempts"] = 2.0 }, properties);
    }

    [Fact]
    public void Properties_OfAnyOtherException_AreNone() =>
        Assert.Null(new ActivityFailureProperties().GetExceptionProperties(new InvalidOperationException("rate_limited")));

    [Theory]
    [InlineData("(unknown)", "Connection refused", false)]
    [InlineData("Npgsql.NpgsqlException", "Exception while reading from stream", true)]
    [InlineData("System.Exception", "rate_limited (final): no", true)]
    public void From_UnknownException_IsRetryableWithoutDetails(string type, string message, bool hasProperties)
    {
        var details = new TaskFailureDetails(type, message, null, null, hasProperties ? new Dictionary<string, object?> { ["status"] = 3.0 } : null);

        Assert.Equal(new ActivityFailure("internal_error", "Something went wrong on our side.", CanRetry: true), ActivityFailure.From(details));
    }

    [Theory]
    [InlineData(true, false, true)]
    [InlineData(false, false, false)]
    [InlineData(true, true, false)]
    public void ToPolicy_RetriesOnlyRetryableFailuresWithoutAWait(bool canRetry, bool asksToWait, bool repeated)
    {
        var settings = new RetrySettings(4, TimeSpan.FromSeconds(3), 1.5, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(9));
        var failure = Waiting with { CanRetry = canRetry, Wait = asksToWait ? Waiting.Wait : null };

        var policy = settings.ToPolicy();

        Assert.Equal(repeated, policy.Handle(Failures.Retried(failure)));
        Assert.Equal(
            settings,
            new RetrySettings(
                policy.MaxNumberOfAttempts, policy.FirstRetryInterval, policy.BackoffCoefficient, policy.MaxRetryInterval, policy.RetryTimeout));
    }
}
