using System.Globalization;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Has the host run a function again that failed, each time after the same delay.</summary>
public sealed class FixedDelayRetryAttribute : RetryAttribute
{
    /// <summary>Sets the retries.</summary>
    /// <param name="maxRetryCount">Retries after the first attempt; -1 for as many as it takes.</param>
    /// <param name="delayInterval">The delay, such as <c>00:00:10</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The delay is no time span, or below zero.</exception>
    public FixedDelayRetryAttribute(int maxRetryCount, string delayInterval)
    {
        if (!TimeSpan.TryParse(delayInterval, CultureInfo.InvariantCulture, out var delay) || delay < TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(delayInterval), delayInterval, "The delay must be a time span of zero or more.");
        }

        MaxRetryCount = maxRetryCount;
        DelayInterval = delayInterval;
    }

    /// <summary>The delay, as given.</summary>
    public string DelayInterval { get; }
}
