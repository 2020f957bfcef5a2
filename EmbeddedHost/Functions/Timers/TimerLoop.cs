using Microsoft.Azure.Functions.Worker;

namespace EmbeddedHost.Functions.Timers;

/// <summary>Runs one timer function on this node: never early by PostgreSQL's clock, and one run at a time.</summary>
/// <param name="function">The function's name.</param>
/// <param name="schedule">When it is due.</param>
/// <param name="store">Its state, for all nodes.</param>
/// <param name="run">Runs it once.</param>
/// <param name="timeProvider">Measures the time between two reads of PostgreSQL's clock.</param>
/// <param name="logger">The function's logger.</param>
internal sealed class TimerLoop(
    string function, TimerSchedule schedule, TimerStore store, Func<TimerInfo, Task> run, TimeProvider timeProvider, ILogger logger)
{
    // Clocks drift and are set: PostgreSQL's is read again after this time at the latest.
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private DateTime _seen;
    private long _seenAt;
    private bool _hasStarted;

    /// <summary>PostgreSQL's time, as far as it can be known here.</summary>
    private DateTime Now => _seen + timeProvider.GetElapsedTime(_seenAt);

    /// <summary>Runs until the schedule has no more occurrences. A database that is away only delays the timer.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await FollowAsync(stoppingToken);
                return;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning("The schedule of timer function '{Function}' cannot be read: {Reason}", function, exception.Message);
                await Task.Delay(Retry, timeProvider, stoppingToken);
            }
        }
    }

    private async Task FollowAsync(CancellationToken stoppingToken)
    {
        var start = See(await store.ReadAsync(function, stoppingToken));
        var missed = schedule.IsMonitored ? schedule.LastBetween(start.UpdatedAt, start.Now) : null;
        var due = missed ?? (schedule.RunsOnStartup && !_hasStarted ? start.Now : schedule.NextAfter(start.Now));
        _hasStarted = true;
        while (due is { } occurrence)
        {
            await WaitAsync(occurrence - Now, stoppingToken);
            var state = See(await store.TakeAsync(function, occurrence, stoppingToken));
            if (state.Now < occurrence) continue; // Not due by PostgreSQL's clock.
            if (state.IsTaken) await InvokeAsync(occurrence, state, isPastDue: occurrence == missed, stoppingToken);

            // As on the official host, occurrences that came due while the function ran are skipped.
            due = schedule.NextAfter(Now > occurrence ? Now : occurrence);
        }
    }

    private TimerState See(TimerState state)
    {
        (_seen, _seenAt) = (state.Now, timeProvider.GetTimestamp());
        return state;
    }

    private async Task InvokeAsync(DateTime due, TimerState state, bool isPastDue, CancellationToken stoppingToken)
    {
        var status = new ScheduleStatus
        {
            Last = state.Last ?? default,
            Next = schedule.NextAfter(state.UpdatedAt) ?? default,
            LastUpdated = state.UpdatedAt,
        };
        try
        {
            await run(new TimerInfo { ScheduleStatus = schedule.IsMonitored ? status : null, IsPastDue = isPastDue });
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            // The next occurrence still runs.
            logger.LogError(exception, "Timer function '{Function}', due at {Due:O}, failed", function, due);
        }
    }

    private async Task WaitAsync(TimeSpan time, CancellationToken stoppingToken)
    {
        if (time <= TimeSpan.Zero) return;

        // Timers count whole milliseconds and round down: one more, so as not to be early.
        time += TimeSpan.FromMilliseconds(1);
        await Task.Delay(time < LongestWait ? time : LongestWait, timeProvider, stoppingToken);
    }
}
