namespace DurableTask.PostgreSQL.Sessions;

/// <summary>Messages that live orchestrations get at a given time, mostly their durable timers, on one clock timer. Never fires early.</summary>
internal sealed class TimerQueue : IDisposable
{
    /// <summary>The longest time between two reads of the clock, so that a timer fires although the clock was set.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _timeProvider;
    private readonly Lock _gate = new();
    private readonly PriorityQueue<TimerEntry, DateTime> _queue = new();
    private readonly ITimer _timer;
    private DateTime _armedFor = DateTime.MaxValue;

    public TimerQueue(TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        _timer = timeProvider.CreateTimer(_ => FireDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Posts the message to the session at a time.</summary>
    public TimerEntry Add(OrchestrationSession session, SessionMessage message, DateTime fireAt)
    {
        var entry = new TimerEntry(session, message, fireAt);
        lock (_gate)
        {
            _queue.Enqueue(entry, fireAt);
            if (fireAt < _armedFor)
            {
                Arm(fireAt);
            }
        }

        return entry;
    }

    public void Dispose() => _timer.Dispose();

    private void FireDue()
    {
        var due = new List<TimerEntry>();
        lock (_gate)
        {
            var now = _timeProvider.GetUtcNow().UtcDateTime;
            while (_queue.TryPeek(out var entry, out var fireAt) && (fireAt <= now || entry.IsOver))
            {
                // Most are canceled before their time: those need no clock timer.
                _queue.Dequeue();
                if (!entry.IsOver) due.Add(entry);
            }

            if (_queue.TryPeek(out _, out var next))
            {
                Arm(next);
            }
            else
            {
                _armedFor = DateTime.MaxValue;
            }
        }

        due.ForEach(entry => entry.Fire());
    }

    private void Arm(DateTime fireAt)
    {
        var wait = fireAt - _timeProvider.GetUtcNow().UtcDateTime;
        _armedFor = fireAt;

        // Timers count whole milliseconds: rounding up avoids a wake-up just before one is due.
        _timer.Change(
            wait <= TimeSpan.Zero ? TimeSpan.Zero : wait < MaxWait ? wait + TimeSpan.FromMilliseconds(1) : MaxWait,
            Timeout.InfiniteTimeSpan);
    }
}

/// <summary>A message for a session at a time. One that is canceled stays in the queue until its time, but holds nothing.</summary>
internal sealed class TimerEntry(OrchestrationSession session, SessionMessage message, DateTime fireAt)
{
    private OrchestrationSession? _session = session;

    public DateTime FireAt { get; } = fireAt;

    /// <summary>Whether it fired or was canceled.</summary>
    public bool IsOver => _session is null;

    /// <summary>Posts the message; once.</summary>
    public void Fire() => Interlocked.Exchange(ref _session, null)?.Post(message);

    /// <summary>The session has ended.</summary>
    public void Cancel() => _session = null;
}
