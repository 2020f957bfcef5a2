using Microsoft.DurableTask;

namespace Atelier.Durable;

/// <summary>An exponential retry policy. It is part of the orchestration's input, so that a running one keeps its policy.</summary>
/// <param name="MaxAttempts">Attempts in all, the first included; 1 means no retry.</param>
/// <param name="FirstInterval">Delay before the second attempt.</param>
/// <param name="Backoff">The factor from each delay to the next, 1 or more.</param>
/// <param name="MaxInterval">No delay is longer.</param>
/// <param name="Timeout">No attempt is scheduled once this much time has passed since the first.</param>
public sealed record RetrySettings(int MaxAttempts, TimeSpan FirstInterval, double Backoff, TimeSpan MaxInterval, TimeSpan Timeout)
{
    /// <summary>The framework's policy, for failures that another attempt can help, that ask for no wait of their own, and are no outage.</summary>
    public RetryPolicy ToPolicy() => new(MaxAttempts, FirstInterval, Backoff, MaxInterval, Timeout)
    {
        HandleFailure = details => ActivityFailure.From(details) is { CanRetry: true, Wait: null, IsOutage: false },
    };
}
