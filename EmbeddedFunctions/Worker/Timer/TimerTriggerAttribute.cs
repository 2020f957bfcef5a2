using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Runs the function on a schedule, in UTC.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class TimerTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>Sets the schedule.</summary>
    /// <param name="schedule">
    /// An NCRONTAB expression of six fields (second, minute, hour, day, month, day of week) or five (without seconds), a time span such as
    /// <c>00:05:00</c>, or a setting's name as <c>%name%</c>.
    /// </param>
    public TimerTriggerAttribute(string schedule) => Schedule = schedule;

    /// <summary>The schedule as given.</summary>
    public string Schedule { get; }

    /// <summary>Whether runs are recorded, so that one that was missed is made up for. Off for schedules of less than a minute. Default is on.</summary>
    public bool UseMonitor { get; set; } = true;

    /// <summary>Whether the function also runs when the host starts. Default is off.</summary>
    public bool RunOnStartup { get; set; }
}
