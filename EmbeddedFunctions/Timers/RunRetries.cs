using System.Globalization;
using Microsoft.Azure.Functions.Worker;

namespace EmbeddedFunctions.Timers;

/// <summary>How often, and after which delays, a failed run is repeated.</summary>
internal sealed class RunRetries(RetryAttribute attribute)
{
    /// <summary>Doublings after which a delay is at its longest in any case.</summary>
    private const int MostDoublings = 40;

    /// <summary>Retries after the first attempt; <see cref="int.MaxValue"/> for as many as it takes.</summary>
    public int Count { get; } = attribute.MaxRetryCount == -1 ? int.MaxValue : attribute.MaxRetryCount;

    /// <summary>The wait before a retry, which is 1 or more.</summary>
    public TimeSpan DelayBefore(int retry) => attribute switch
    {
        FixedDelayRetryAttribute each => Parse(each.DelayInterval),
        ExponentialBackoffRetryAttribute growing => Grown(Parse(growing.MinimumInterval), Parse(growing.MaximumInterval), retry),
        _ => TimeSpan.Zero,
    };

    /// <summary>What a retry's invocation is told of itself.</summary>
    public RetryContext ContextOf(int retry) => new Attempt(retry, attribute.MaxRetryCount);

    private static TimeSpan Grown(TimeSpan least, TimeSpan most, int retry)
    {
        var seconds = least.TotalSeconds * Math.Pow(2, Math.Min(retry - 1, MostDoublings));
        return seconds < most.TotalSeconds ? TimeSpan.FromSeconds(seconds) : most;
    }

    // The attribute has checked it.
    private static TimeSpan Parse(string interval) => TimeSpan.Parse(interval, CultureInfo.InvariantCulture);

    private sealed class Attempt(int retry, int most) : RetryContext
    {
        public override int RetryCount => retry;

        public override int MaxRetryCount => most;
    }
}
