using System.Globalization;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Has the host run a function again that failed, each time after a longer delay.</summary>
public sealed class ExponentialBackoffRetryAttribute : RetryAttribute
{
    /// <summary>Sets the retries.</summary>
    /// <param name="maxRetryCount">Retries after the first attempt; -1 for as many as it takes.</param>
    /// <param name="minimumInterval">The first delay, such as <c>00:00:01</c>.</param>
    /// <param name="maximumInterval">The longest delay.</param>
    /// <exception cref="ArgumentOutOfRangeException">A delay is no time span, or below zero.</exception>
    /// <exception cref="ArgumentException">The first delay is over the longest one.</exception>
    public ExponentialBackoffRetryAttribute(int maxRetryCount, string minimumInterval, string maximumInterval)
    {
        var (least, most) = (Parse(minimumInterval, nameof(minimumInterval)), Parse(maximumInterval, nameof(maximumInterval)));
        if (least > most) throw new ArgumentException("The least interval must not be over the greatest.", nameof(minimumInterval));
        MaxRetryCount = maxRetryCount;
        MinimumInterval = minimumInterval;
        MaximumInterval = maximumInterval;
    }

    /// <summary>The first delay, as given.</summary>
    public string MinimumInterval { get; }

    /// <summary>The longest delay, as given.</summary>
    public string MaximumInterval { get; }

    private static TimeSpan Parse(string text, string name) =>
        TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var interval) && interval >= TimeSpan.Zero
            ? interval
            : throw new ArgumentOutOfRangeException(name, text, "An interval must be a time span of zero or more.");
}
