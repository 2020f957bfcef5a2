using System.Collections.Concurrent;
using Microsoft.Azure.Functions.Worker;

namespace EmbeddedFunctions.Timers;

/// <summary>The monitor of an application that is one process: forgets with it, and runs every occurrence.</summary>
internal sealed class InMemoryTimerMonitor : ITimerMonitor
{
    private readonly ConcurrentDictionary<string, ScheduleStatus> _statuses = new(StringComparer.OrdinalIgnoreCase);

    public Task<ScheduleStatus?> FindAsync(string function, CancellationToken cancellationToken) =>
        Task.FromResult(_statuses.GetValueOrDefault(function));

    public Task SaveAsync(string function, ScheduleStatus status, CancellationToken cancellationToken)
    {
        _statuses[function] = status;
        return Task.CompletedTask;
    }

    public Task<bool> TryTakeAsync(string function, DateTime occurrence, CancellationToken cancellationToken) => Task.FromResult(true);
}
