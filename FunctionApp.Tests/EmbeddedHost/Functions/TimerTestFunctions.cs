using System.Collections.Concurrent;
using Microsoft.Azure.Functions.Worker;

namespace FunctionApp.Tests.EmbeddedHost.Functions;

/// <summary>What the timer functions of an app were given.</summary>
public sealed class TimerRuns
{
    public ConcurrentQueue<TimerInfo> Infos { get; } = new();
}

public sealed class StartupTimer(TimerRuns runs)
{
    [Function("AtStart")]
    public void Run([TimerTrigger("0 0 0 1 1 *", RunOnStartup = true)] TimerInfo timer) => runs.Infos.Enqueue(timer);
}

public sealed class UnmonitoredTimer(TimerRuns runs)
{
    [Function("Unmonitored")]
    public void Run([TimerTrigger("0 0 0 1 1 *", RunOnStartup = true, UseMonitor = false)] TimerInfo timer) => runs.Infos.Enqueue(timer);
}

public sealed class SecondTimer(TimerRuns runs, ScopedService scoped)
{
    [Function("EachSecond")]
    public Task RunAsync([TimerTrigger("%Tick%")] TimerInfo timer, CancellationToken cancellationToken)
    {
        runs.Infos.Enqueue(timer);
        cancellationToken.ThrowIfCancellationRequested();
        return scoped.Id != Guid.Empty ? throw new InvalidOperationException("A run that fails does not end the schedule.") : Task.CompletedTask;
    }
}

public sealed class HourTimer(TimerRuns runs)
{
    [Function("EachHour")]
    public void Run([TimerTrigger("0 0 * * * *", RunOnStartup = true)] TimerInfo timer) => runs.Infos.Enqueue(timer);
}
