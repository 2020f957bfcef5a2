using Atelier.Durable;
using Microsoft.DurableTask;

namespace FunctionApp.Tests.Durable;

public sealed class RetryScheduleTests
{
    private static readonly RetrySettings Settings = new(
        MaxAttempts: 5, FirstInterval: TimeSpan.FromSeconds(2), Backoff: 2, MaxInterval: TimeSpan.FromSeconds(10), Timeout: TimeSpan.FromMinutes(15));

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 4)]
    [InlineData(3, 8)]
    [InlineData(4, 10)]
    public void NextDelay_EachAttempt_DoublesUpToTheMaximum(int attempt, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), RetrySchedule.NextDelay(Settings, attempt, TimeSpan.Zero, retryAfter: null));

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    public void NextDelay_LastAttempt_IsNone(int attempt) =>
        Assert.Null(RetrySchedule.NextDelay(Settings, attempt, TimeSpan.Zero, retryAfter: null));

    [Fact]
    public void NextDelay_OneAttemptAllowed_IsNone() =>
        Assert.Null(RetrySchedule.NextDelay(Settings with { MaxAttempts = 1 }, 1, TimeSpan.Zero, TimeSpan.FromSeconds(1)));

    [Fact]
    public void NextDelay_BeforeAndAfterTheTimeout_EndsWithIt()
    {
        Assert.NotNull(RetrySchedule.NextDelay(Settings, 1, Settings.Timeout - TimeSpan.FromMilliseconds(1), retryAfter: null));
        Assert.Null(RetrySchedule.NextDelay(Settings, 1, Settings.Timeout, retryAfter: null));
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(7, 7)]
    [InlineData(3600, 3600)]
    public void NextDelay_ProviderAsksToWait_TakesTheLonger(double retryAfter, double expected) =>
        Assert.Equal(
            TimeSpan.FromSeconds(expected),
            RetrySchedule.NextDelay(Settings, 1, TimeSpan.Zero, TimeSpan.FromSeconds(retryAfter)));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void After_SomeAttempts_ContinuesThePolicy(int attempts)
    {
        var rest = RetrySchedule.After(Settings, attempts);

        Assert.Equal(Settings.MaxAttempts - attempts, rest.MaxAttempts);
        for (var attempt = 1; attempt < rest.MaxAttempts; attempt++)
            Assert.Equal(RetrySchedule.PolicyDelay(Settings, attempts + attempt), RetrySchedule.PolicyDelay(rest, attempt));
    }

    [Fact]
    public void After_TimeoutShorterThanTheNextDelay_IsValid()
    {
        var rest = RetrySchedule.After(Settings with { Timeout = TimeSpan.FromSeconds(3) }, attempts: 3);

        // The constructor is the engine's own check.
        var policy = new RetryPolicy(rest.MaxAttempts, rest.FirstInterval, rest.Backoff, rest.MaxInterval, rest.Timeout);
        Assert.Equal(TimeSpan.FromSeconds(3), policy.FirstRetryInterval);
    }

    [Fact]
    public void NextDelay_PowerBeyondAnyNumber_IsTheMaximum()
    {
        var wild = Settings with { MaxAttempts = 100_000, Backoff = 100 };

        Assert.Equal(wild.MaxInterval, RetrySchedule.NextDelay(wild, 99_999, TimeSpan.Zero, retryAfter: null));
    }
}
