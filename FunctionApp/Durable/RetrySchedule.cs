namespace Atelier.Durable;

/// <summary>Computes when the next attempt follows, as the engine's retry policy does, so that it can be stored and shown.</summary>
/// <remarks>
/// Delay n is first × backoff^(n−1), at most the maximum; no attempt follows the last one, nor once the timeout has passed since the
/// first: as the Durable Task retry policy documents it. If the called service sends a longer <c>Retry-After</c>, that is waited for instead.
/// </remarks>
public static class RetrySchedule
{
    /// <summary>The delay to the next attempt; <see langword="null"/> when there is none.</summary>
    /// <param name="settings">The policy.</param>
    /// <param name="attempt">The attempt that failed, from 1.</param>
    /// <param name="sinceFirstAttempt">Time from the start of the first attempt to the failure.</param>
    /// <param name="retryAfter">The wait that was asked for; <see langword="null"/> for none.</param>
    public static TimeSpan? NextDelay(RetrySettings settings, int attempt, TimeSpan sinceFirstAttempt, TimeSpan? retryAfter)
    {
        if (attempt >= settings.MaxAttempts || sinceFirstAttempt >= settings.Timeout)
            return null;
        var delay = PolicyDelay(settings, attempt);
        return retryAfter > delay ? retryAfter : delay;
    }

    /// <summary>The delay of the engine's policy after an attempt, without regard to a <c>Retry-After</c>.</summary>
    public static TimeSpan PolicyDelay(RetrySettings settings, int attempt)
    {
        // In milliseconds as a double: far powers become infinite instead of overflowing, and the maximum cuts them.
        var milliseconds = settings.FirstInterval.TotalMilliseconds * Math.Pow(settings.Backoff, attempt - 1);
        return milliseconds < settings.MaxInterval.TotalMilliseconds ? TimeSpan.FromMilliseconds(milliseconds) : settings.MaxInterval;
    }

    /// <summary>How long to wait for a service that is away: a second, doubling up to five minutes, without a last time.</summary>
    /// <param name="waits">How often it has been waited for before, from 0.</param>
    public static TimeSpan OutageDelay(int waits) => TimeSpan.FromSeconds(Math.Min(300, Math.Pow(2, waits)));

    /// <summary>The rest of a policy after some attempts, for an engine that starts counting from one again.</summary>
    /// <param name="settings">The whole policy.</param>
    /// <param name="attempts">The attempts made, from 0.</param>
    public static RetrySettings After(RetrySettings settings, int attempts) => settings with
    {
        MaxAttempts = Math.Max(1, settings.MaxAttempts - attempts),
        // A policy whose first delay is longer than its timeout would be refused.
        FirstInterval = PolicyDelay(settings, attempts + 1) is var next && next < settings.Timeout ? next : settings.Timeout,
        MaxInterval = settings.MaxInterval < settings.Timeout ? settings.MaxInterval : settings.Timeout,
    };
}
