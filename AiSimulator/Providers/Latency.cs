using AiSimulator.Calls;

namespace AiSimulator.Providers;

/// <summary>How long calls take. It may be changed while the simulator runs.</summary>
internal sealed class Latency(SimulatorOptions options)
{
    private long _textTicks = options.TextLatency.Ticks;
    private long _imageTicks = options.ImageLatency.Ticks;

    public TimeSpan Text
    {
        get => new(Interlocked.Read(ref _textTicks));
        set => Interlocked.Exchange(ref _textTicks, value.Ticks);
    }

    public TimeSpan Image
    {
        get => new(Interlocked.Read(ref _imageTicks));
        set => Interlocked.Exchange(ref _imageTicks, value.Ticks);
    }

    /// <summary>The time one call's work takes, jitter included; zero for operations that only look something up.</summary>
    public TimeSpan Of(CallRecord call) => call.Operation switch
    {
        Operations.Text => Jittered(Text, call.Number),
        Operations.Image => Jittered(Image, call.Number),
        _ => TimeSpan.Zero,
    };

    /// <summary>A refusal or the acceptance of a job comes much faster than work is done.</summary>
    public TimeSpan OfRefusal(CallRecord call) => Of(call) / 12;

    private TimeSpan Jittered(TimeSpan latency, long number)
    {
        var spread = Math.Clamp(options.LatencyJitter, 0, 1);
        return latency * (1 + (spread * ((2 * Dice.For("latency", options.Seed.ToString(), number.ToString()).Next()) - 1)));
    }
}
