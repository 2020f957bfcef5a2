namespace EmbeddedFunctions.Engine.Orchestration;

/// <summary>What live orchestrations are to be told at a time, their durable timers above all, on one clock timer. Never fires early.</summary>
internal sealed class TimerQueue : IDisposable
{
    /// <summary>The clock is looked at this often at least, so that a clock that was set does not strand a timer.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(1);

    private readonly EngineClock _clock;
    private readonly Lock _gate = new();
    private readonly PriorityQueue<TimerEntry, DateTime> _queue = new();
    private readonly ITimer _timer;
    private DateTime _armedFor = DateTime.MaxValue;

    public TimerQueue(EngineClock clock)
    {
        _clock = clock;
        _timer = clock.TimeProvider.CreateTimer(_ => FireDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Posts the message to the instance at a time.</summary>
    public TimerEntry Add(LiveInstance instance, InstanceMessage message, DateTime fireAt)
    {
        var entry = new TimerEntry(instance, message);
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
            var now = _clock.UtcNow;
            while (_queue.TryPeek(out var entry, out var fireAt) && (fireAt <= now || entry.IsOver))
            {
                // Most are cancelled before their time: nobody has to be woken for those.
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
        var wait = fireAt - _clock.UtcNow;
        _armedFor = fireAt;

        // Timers count whole milliseconds: rounding up keeps one from being looked at just before it is due.
        _timer.Change(
            wait <= TimeSpan.Zero ? TimeSpan.Zero : wait < MaxWait ? wait + TimeSpan.FromMilliseconds(1) : MaxWait,
            Timeout.InfiniteTimeSpan);
    }
}

/// <summary>A timer on the clock. One that is cancelled stays there until its time, but holds nothing.</summary>
internal sealed class TimerEntry(LiveInstance instance, InstanceMessage message)
{
    private LiveInstance? _instance = instance;

    /// <summary>Whether it fired or was cancelled.</summary>
    public bool IsOver => _instance is null;

    /// <summary>Tells the instance; once.</summary>
    public void Fire() => Interlocked.Exchange(ref _instance, null)?.Post(message);

    /// <summary>Nobody waits for it any more.</summary>
    public void Cancel() => _instance = null;
}
