namespace EmbeddedFunctions.Timers;

/// <summary>When a timer function runs. All times are in UTC.</summary>
internal interface ISchedule
{
    /// <summary>The first occurrence after a time; <see langword="null"/> where there is none any more.</summary>
    DateTime? Next(DateTime after);
}

/// <summary>An occurrence at even intervals, counted from the beginning of the calendar: the same ones on every node.</summary>
internal sealed class IntervalSchedule(TimeSpan interval) : ISchedule
{
    public DateTime? Next(DateTime after) => new(after.Ticks - (after.Ticks % interval.Ticks) + interval.Ticks, DateTimeKind.Utc);
}
