using EmbeddedFunctions.Hosting;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EmbeddedFunctions.Timers;

/// <summary>Runs timer functions when their schedules say so, each one run at a time.</summary>
internal sealed class TimerScheduler(
    FunctionCatalog catalog,
    IConfiguration configuration,
    TimeProvider timeProvider,
    ILogger<TimerScheduler> logger) : BackgroundService
{
    /// <summary>The clock is looked at this often at least, so that one that was set does not strand a run.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        catalog.All.Where(f => f.Trigger is TimerTriggerAttribute).Select(f => RunAsync(f, stoppingToken)));

    private async Task RunAsync(FunctionDescriptor function, CancellationToken stoppingToken)
    {
        var trigger = (TimerTriggerAttribute)function.Trigger;
        if (!Schedule.TryParse(trigger.Schedule, configuration, out var schedule, out var mistake))
        {
            throw new FunctionsStartupException($"Function '{function.Name}': {mistake}");
        }

        var last = DateTime.MinValue;
        if (trigger.RunOnStartup)
        {
            var now = Now();
            await InvokeAsync(function, Info(trigger, last, schedule.Next(now), isPastDue: false), stoppingToken);
            last = now;
        }

        var next = schedule.Next(Now());
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = next - Now();
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait < MaxWait ? wait + TimeSpan.FromMilliseconds(1) : MaxWait, timeProvider, stoppingToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }

            var due = next;
            next = schedule.Next(due > Now() ? due : Now());
            await InvokeAsync(function, Info(trigger, last, next, isPastDue: false), stoppingToken);
            last = due;
        }
    }

    private async Task InvokeAsync(FunctionDescriptor function, TimerInfo info, CancellationToken stoppingToken)
    {
        try
        {
            await catalog.RunAsync(
                function,
                info,
                http: null,
                () => new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase) { ["TimerTrigger"] = info },
                traceParent: null,
                stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            logger.LogDebug("Function {Function} was stopped with the host", function.Name);
        }
        catch (Exception exception)
        {
            // The next run is not the failed one's concern.
            logger.LogError(exception, "Function {Function} failed", function.Name);
        }
    }

    private TimerInfo Info(TimerTriggerAttribute trigger, DateTime last, DateTime next, bool isPastDue) => new()
    {
        IsPastDue = isPastDue,
        ScheduleStatus = trigger.UseMonitor ? new ScheduleStatus { Last = last, Next = next, LastUpdated = Now() } : null,
    };

    private DateTime Now() => timeProvider.GetUtcNow().UtcDateTime;
}
