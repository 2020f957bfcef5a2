namespace Microsoft.Azure.Functions.Worker;

/// <summary>A run of a timer function.</summary>
public class TimerInfo
{
    /// <summary>The schedule as it stood before this run; <see langword="null"/> where runs are not recorded.</summary>
    public ScheduleStatus? ScheduleStatus { get; set; }

    /// <summary>Whether the run makes up for one that was missed.</summary>
    public bool IsPastDue { get; set; }
}

/// <summary>Where a timer's schedule stands, in UTC.</summary>
public class ScheduleStatus
{
    /// <summary>The last run; <see cref="DateTime.MinValue"/> before the first one.</summary>
    public DateTime Last { get; set; }

    /// <summary>The next run that was expected.</summary>
    public DateTime Next { get; set; }

    /// <summary>When this was recorded.</summary>
    public DateTime LastUpdated { get; set; }
}
