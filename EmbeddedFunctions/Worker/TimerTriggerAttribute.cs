using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Runs the function on a schedule, in UTC.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class TimerTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>A schedule.</summary>
    /// <param name="schedule">NCRONTAB with six fields (five: no seconds), an interval <c>hh:mm:ss</c>, or <c>%setting%</c>.</param>
    public TimerTriggerAttribute(string schedule)
    {
        Schedule = schedule;
    }

    /// <summary>The schedule as given.</summary>
    public string Schedule { get; }

    /// <summary>Whether the schedule's status is kept, so that missed runs are noticed. Default is <see langword="true"/>.</summary>
    public bool UseMonitor { get; set; } = true;

    /// <summary>Whether it also runs once when the host starts. Default is <see langword="false"/>.</summary>
    public bool RunOnStartup { get; set; }
}
