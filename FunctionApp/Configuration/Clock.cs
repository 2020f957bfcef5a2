namespace Atelier.Configuration;

/// <summary>Time as it is recorded: UTC, whole milliseconds, so that a value reads back from PostgreSQL and JSON as it was written.</summary>
public static class Clock
{
    /// <summary>The current time, cut to milliseconds.</summary>
    public static DateTimeOffset Now(this TimeProvider timeProvider)
    {
        DateTimeOffset now = timeProvider.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
    }
}
