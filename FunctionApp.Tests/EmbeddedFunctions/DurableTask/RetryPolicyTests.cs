using Microsoft.DurableTask;

namespace FunctionApp.Tests.EmbeddedFunctions.DurableTask;

public sealed class RetryPolicyTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Constructor_OnlyRequiredValues_DefaultsTheRest()
    {
        var policy = new RetryPolicy(3, Second);

        Assert.Equal(3, policy.MaxNumberOfAttempts);
        Assert.Equal(Second, policy.FirstRetryInterval);
        Assert.Equal(1, policy.BackoffCoefficient);
        Assert.Equal(TimeSpan.FromHours(1), policy.MaxRetryInterval);
        Assert.Equal(Timeout.InfiniteTimeSpan, policy.RetryTimeout);
        Assert.True(policy.Handle(new InvalidOperationException()));
    }

    [Theory]
    [InlineData(0, 1000, 1, null, null, "maxNumberOfAttempts")]
    [InlineData(-1, 1000, 1, null, null, "maxNumberOfAttempts")]
    [InlineData(1, 0, 1, null, null, "firstRetryInterval")]
    [InlineData(1, -5, 1, null, null, "firstRetryInterval")]
    [InlineData(1, 1000, 0.99, null, null, "backoffCoefficient")]
    [InlineData(1, 1000, double.NaN, null, null, "backoffCoefficient")]
    [InlineData(1, 1000, 1, 999, null, "maxRetryInterval")]
    [InlineData(1, 1000, 1, null, 999, "retryTimeout")]
    public void Constructor_ValueOutOfRange_NamesTheParameter(
        int attempts, int firstMilliseconds, double coefficient, int? maxMilliseconds, int? timeoutMilliseconds, string parameter)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new RetryPolicy(
            attempts, Milliseconds(firstMilliseconds)!.Value, coefficient, Milliseconds(maxMilliseconds), Milliseconds(timeoutMilliseconds)));

        Assert.Equal(parameter, error.ParamName);
    }

    [Fact]
    public void Constructor_LimitsEqualToFirstIntervalOrInfinite_AreTaken()
    {
        Assert.Equal(Second, new RetryPolicy(1, Second, 1, Second, Second).MaxRetryInterval);
        Assert.Equal(Timeout.InfiniteTimeSpan, new RetryPolicy(1, Second, 1, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan).MaxRetryInterval);
    }

    [Fact]
    public void HandleFailure_Set_IsAskedByHandle_AboutFailedTasksAlone()
    {
        var policy = new RetryPolicy(3, Second) { HandleFailure = failure => failure.IsCausedBy<TimeoutException>() };

        Assert.True(policy.Handle(new TaskFailedException("A", 0, TaskFailureDetails.FromException(new TimeoutException()))));
        Assert.False(policy.Handle(new TaskFailedException("A", 0, TaskFailureDetails.FromException(new FormatException()))));
        Assert.Throws<InvalidOperationException>(() => policy.Handle(new TimeoutException()));
    }

    [Theory]
    [InlineData(1, 1000)]
    [InlineData(2, 3000)]
    [InlineData(3, 9000)]
    [InlineData(4, 20000)]
    [InlineData(100_000, 20000)]
    public void DelayBefore_CoefficientThree_GrowsUpToTheLimit(int retry, int milliseconds)
        => Assert.Equal(Milliseconds(milliseconds), new RetryPolicy(9, Second, 3, TimeSpan.FromSeconds(20)).DelayBefore(retry));

    [Fact]
    public void DelayBefore_InfiniteLimit_IsNotLimited()
    {
        var policy = new RetryPolicy(9, Second, 10, Timeout.InfiniteTimeSpan);

        Assert.Equal(TimeSpan.FromSeconds(100_000), policy.DelayBefore(6));
        Assert.Equal(TimeSpan.MaxValue, policy.DelayBefore(1_000));
    }

    private static TimeSpan? Milliseconds(int? count) => count is { } some ? TimeSpan.FromMilliseconds(some) : null;
}
