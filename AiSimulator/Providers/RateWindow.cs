using System.Collections.Concurrent;

namespace AiSimulator.Providers;

/// <summary>Counts the calls of each provider in the current minute, for the rate-limit headers and for a configured limit.</summary>
internal sealed class RateWindow(SimulatorOptions options)
{
    private const int ShownLimit = 10_000;

    private readonly ConcurrentDictionary<string, (long Minute, int Used)> _windows = new();

    /// <summary>Where a provider stands after a call.</summary>
    internal readonly record struct State(int Limit, int Remaining, TimeSpan Reset, bool IsExceeded);

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
