namespace EmbeddedFunctions.Engine;

/// <summary>The node's clock, cut to the microseconds that PostgreSQL keeps: a time read back equals the time written.</summary>
internal sealed class EngineClock(TimeProvider timeProvider)
{
    public TimeProvider TimeProvider { get; } = timeProvider;

    public DateTime UtcNow => Truncate(TimeProvider.GetUtcNow().UtcDateTime);

    /// <summary>A point in time for <see cref="Since"/>.</summary>
    public long Timestamp => TimeProvider.GetTimestamp();

    public TimeSpan Since(long timestamp) => TimeProvider.GetElapsedTime(timestamp);

    public static DateTime Truncate(DateTime time) => new(time.Ticks - (time.Ticks % TimeSpan.TicksPerMicrosecond), DateTimeKind.Utc);
}
