using EmbeddedFunctions.Invocation;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace EmbeddedFunctions.Timers;

/// <summary>Runs one timer function: whenever its schedule says so, one run at a time, never early.</summary>
internal sealed class TimerLoop(
    FunctionEntry function,
    ISchedule schedule,
    ITimerMonitor monitor,
    TimeProvider timeProvider,
    Func<TimerInfo, CancellationToken, Task> run,
    ILogger logger)
{
    // Timers of the platform end at 49 days, and the clock may be set meanwhile.
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);
    private static readonly TimeSpan RetryWait = TimeSpan.FromSeconds(1);

    private readonly TimerTriggerAttribute _trigger = (TimerTriggerAttribute)function.Trigger;
    private ScheduleStatus? _status;

    private DateTime Now => timeProvider.GetUtcNow().UtcDateTime;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var monitored = TimerSchedules.IsMonitored(_trigger, schedule, Now);
        var next = await StartAsync(monitored, cancellationToken);
        while (next is { } due)
        {
            await WaitUntilAsync(due, cancellationToken);
            if (await TakeAsync(due, cancellationToken)) await InvokeAsync(due, isPastDue: false, cancellationToken);

            // What came due while the function ran is left out, as on the official host.
            next = schedule.Next(Now > due ? Now : due);
            await RecordAsync(due, next, cancellationToken);
        }

        logger.LogInformation("Timer function '{Function}' has no occurrence any more", function.Name);
    }

    /// <summary>Makes up for a missed run, or runs at the start where that is wished.</summary>
    /// <returns>The first occurrence to wait for.</returns>
    private async Task<DateTime?> StartAsync(bool monitored, CancellationToken cancellationToken)
    {
        var now = Now;
        var next = schedule.Next(now);
        var missed = default(DateTime?);
        if (monitored)
        {
            _status = await UntilItWorksAsync(() => monitor.FindAsync(function.Name, cancellationToken), cancellationToken);
            missed = MissedBefore(now);
            if (_status is null)
            {
                _status = new ScheduleStatus { Next = next ?? default, LastUpdated = now };
                await UntilItWorksAsync(
                    async () =>
                    {
                        await monitor.SaveAsync(function.Name, _status, cancellationToken);
                        return true;
                    },
                    cancellationToken);
            }
        }

        if (missed is { } occurrence)
        {
            if (await TakeAsync(occurrence, cancellationToken)) await InvokeAsync(occurrence, isPastDue: true, cancellationToken);
        }
        else if (_trigger.RunOnStartup)
        {
            await InvokeAsync(now, isPastDue: false, cancellationToken);
        }
        else
        {
            return next;
        }

        next = schedule.Next(Now);
        await RecordAsync(missed ?? now, next, cancellationToken);
        return next;
    }

    /// <summary>The last occurrence that was due while no process was there; <see langword="null"/> for none.</summary>
    private DateTime? MissedBefore(DateTime now)
    {
        if (_status is null) return null;

        // Counted from the last sign of life, not read from the record: the schedule may have been changed since.
        var seen = _status.Last > _status.LastUpdated ? _status.Last : _status.LastUpdated;
        var missed = default(DateTime?);
        for (var due = schedule.Next(DateTime.SpecifyKind(seen, DateTimeKind.Utc)); due <= now; due = schedule.Next(due.Value)) missed = due;
        return missed;
    }

    private async Task InvokeAsync(DateTime due, bool isPastDue, CancellationToken cancellationToken)
    {
        try
        {
            await run(new TimerInfo { ScheduleStatus = _status, IsPastDue = isPastDue }, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // A run that fails is no reason for the next one not to come.
            logger.LogError(exception, "Timer function '{Function}', due at {Due:O}, failed", function.Name, due);
        }
    }

    private async Task RecordAsync(DateTime last, DateTime? next, CancellationToken cancellationToken)
    {
        if (_status is null) return;
        _status = new ScheduleStatus { Last = last, Next = next ?? default, LastUpdated = Now };
        try
        {
            await monitor.SaveAsync(function.Name, _status, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning("The schedule of timer function '{Function}' could not be recorded: {Reason}", function.Name, exception.Message);
        }
    }

    private Task<bool> TakeAsync(DateTime occurrence, CancellationToken cancellationToken) =>
        UntilItWorksAsync(() => monitor.TryTakeAsync(function.Name, occurrence, cancellationToken), cancellationToken);

    private async Task<T> UntilItWorksAsync<T>(Func<Task<T>> attempt, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await attempt();
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                logger.LogWarning("The schedule of timer function '{Function}' cannot be looked at: {Reason}", function.Name, exception.Message);
                await Task.Delay(RetryWait, timeProvider, cancellationToken);
            }
        }
    }

    private async Task WaitUntilAsync(DateTime due, CancellationToken cancellationToken)
    {
        for (var wait = due - Now; wait > TimeSpan.Zero; wait = due - Now)
        {
            // Timers count whole milliseconds and may cut what is over: one more, so as not to spin.
            wait += TimeSpan.FromMilliseconds(1);
            await Task.Delay(wait < LongestWait ? wait : LongestWait, timeProvider, cancellationToken);
        }
    }
}
