using Microsoft.Azure.Functions.Worker;

namespace EmbeddedFunctions.Timers;

/// <summary>Remembers where the schedules of timer functions stand, and gives each occurrence to one node alone.</summary>
internal interface ITimerMonitor
{
    /// <summary>Where a function's schedule stands; <see langword="null"/> where that was never recorded.</summary>
    Task<ScheduleStatus?> FindAsync(string function, CancellationToken cancellationToken);

    /// <summary>Records where a function's schedule stands.</summary>
    Task SaveAsync(string function, ScheduleStatus status, CancellationToken cancellationToken);

    /// <summary>Whether this node is the one that runs an occurrence. Asked once for each occurrence that comes due, recorded or not.</summary>
    Task<bool> TryTakeAsync(string function, DateTime occurrence, CancellationToken cancellationToken);
}
