using System.Collections.Concurrent;
using Microsoft.Azure.Functions.Worker;

namespace FunctionApp.Tests.EmbeddedFunctions.Timers;

/// <summary>What the timer functions of a test were given.</summary>
public sealed class TimerRuns
{
    public ConcurrentQueue<TimerInfo> Infos { get; } = new();

    public ConcurrentQueue<object?> BindingData { get; } = new();
}

public sealed class StartupTimer(TimerRuns runs)
{
    [Function("AtStart")]
    public void Run([TimerTrigger("0 0 0 1 1 *", RunOnStartup = true)] TimerInfo timer, FunctionContext context)
    {
        runs.Infos.Enqueue(timer);
        runs.BindingData.Enqueue(context.BindingContext.BindingData.GetValueOrDefault("TimerTrigger"));
    }
}

public sealed class UnmonitoredTimer(TimerRuns runs)
{
    [Function("Unmonitored")]
    public void Run([TimerTrigger("0 0 0 1 1 *", RunOnStartup = true, UseMonitor = false)] TimerInfo timer) => runs.Infos.Enqueue(timer);
}

public sealed class SettingTimer(TimerRuns runs)
{
    [Function("BySetting")]
    public void Run([TimerTrigger("%Tick%")] TimerInfo timer) => runs.Infos.Enqueue(timer);
}

public sealed class HourTimer(TimerRuns runs)
{
    [Function("EachHour")]
    public void Run([TimerTrigger("0 0 * * * *", RunOnStartup = true)] TimerInfo timer) => runs.Infos.Enqueue(timer);
}

/// <summary>Fails at first, and is run again.</summary>
public sealed class RetriedTimer(TimerRuns runs)
{
    [Function("Retried")]
    [FixedDelayRetry(3, "00:00:00.010")]
    public void Run([TimerTrigger("0 0 0 1 1 *", RunOnStartup = true)] TimerInfo timer, FunctionContext context)
    {
        runs.Infos.Enqueue(timer);
        runs.BindingData.Enqueue(context.RetryContext is { } retry ? $"{retry.RetryCount} of {retry.MaxRetryCount}" : "first");
        if (runs.Infos.Count < 3) throw new InvalidOperationException("not yet");
    }
}

/// <summary>Fails always.</summary>
public sealed class HopelessTimer(TimerRuns runs)
{
    [Function("Hopeless")]
    [ExponentialBackoffRetry(2, "00:00:00.001", "00:00:00.004")]
    public void Run([TimerTrigger("* * * * * *", RunOnStartup = true)] string timer)
    {
        runs.BindingData.Enqueue(timer);
        throw new InvalidOperationException("never");
    }
}
