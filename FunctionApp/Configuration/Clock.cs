namespace Atelier.Configuration;

/// <summary>Time as it is stored: UTC, whole milliseconds, so that PostgreSQL and JSON return the value that was written.</summary>
public static class Clock
{
    /// <summary>The current time, cut to milliseconds.</summary>
    public static DateTimeOffset Now(this TimeProvider timeProvider) => timeProvider.GetUtcNow().ToMilliseconds();

    /// <summary>A time, cut to milliseconds.</summary>
    public static DateTimeOffset ToMilliseconds(this DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMillisecond));
}
