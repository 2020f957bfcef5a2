using System.Collections.Concurrent;
using System.Threading.RateLimiting;

namespace AiSimulator.Providers;

/// <summary>
/// Counts the calls of each provider in the current minute, for the rate-limit headers and for a configured limit, and limits their rate.
/// </summary>
internal sealed class RateWindow(SimulatorOptions options) : IDisposable
{
    private const int ShownLimit = 10_000;

    private readonly ConcurrentDictionary<string, (long Minute, int Used)> _windows = new();
    private readonly PartitionedRateLimiter<(string Provider, string Operation)> _buckets =
        PartitionedRateLimiter.Create<(string Provider, string Operation), (string, string)>(call => RateLimitPartition.GetTokenBucketLimiter(
            call,
            _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = options.RequestsPerSecond,
                TokensPerPeriod = 1,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1.0 / options.RequestsPerSecond),
            }));

    /// <summary>Where a provider stands after a call.</summary>
    internal readonly record struct State(int Limit, int Remaining, TimeSpan Reset, bool IsExceeded);

    /// <summary>Whether a call is within the provider's rate.</summary>
    public bool IsWithinRate(string provider, string operation)
    {
        if (options.RequestsPerSecond == 0) return true;
        using var lease = _buckets.AttemptAcquire((provider, operation));
        return lease.IsAcquired;
    }

    public void Dispose() => _buckets.Dispose();

    public State Count(string provider)
    {
        var now = options.Clock.GetUtcNow();
        var minute = now.ToUnixTimeSeconds() / 60;
        var window = _windows.AddOrUpdate(provider, (minute, 1), (_, w) => w.Minute == minute ? (minute, w.Used + 1) : (minute, 1));
        var limit = options.RequestsPerMinute > 0 ? options.RequestsPerMinute : ShownLimit;
        return new State(
            limit,
            Math.Max(0, limit - window.Used),
            DateTimeOffset.FromUnixTimeSeconds((minute + 1) * 60) - now,
            options.RequestsPerMinute > 0 && window.Used > limit);
    }
}
