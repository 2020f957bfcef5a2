namespace Atelier.Configuration;

/// <summary>Time as it is stored: UTC, whole milliseconds, so that PostgreSQL and JSON return the value that was written.</summary>
public static class Clock
{
    /// <summary>The current time, cut to milliseconds.</summary>
    public static DateTimeOffset Now(this TimeProvider timeProvider)
    {
        DateTimeOffset now = timeProvider.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
    }
}
