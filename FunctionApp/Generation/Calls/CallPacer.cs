namespace Atelier.Generation.Calls;

/// <summary>
/// Spaces the starts of one kind of call to a provider in this process, so that a provider with a limit on its rate refuses few of them: the retry policy
/// has no jitter, and the parts that were refused together would come back together.
/// </summary>
/// <remarks>
/// The first calls after a quiet minute start a few at a time, twice as many each quarter of a second, and then without spacing. A refusal sets the rate to
/// four fifths of what the provider has just accepted; further refusals reduce it by a fifth each, calls that succeed raise it (additive increase,
/// multiplicative decrease; Chiu and Jain, 1989). A minute after the last refusal the limit is forgotten.
/// </remarks>
/// <param name="time">The clock.</param>
internal sealed class CallPacer(TimeProvider time)
{
    private const int FirstBurst = 4;
    private const double FirstRate = 16;
    private const double LowestRate = 0.2;
    private const double LowestFirstLimit = 1;
    private const double Decrease = 0.8;
    private const double Increase = 0.5;
    private const double LateIncrease = 0.1;

    private static readonly TimeSpan Doubling = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan RampTime = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestNap = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly Queue<long> _starts = [];
    private Task _lastTurn = Task.CompletedTask;
    private double? _limit;
    private long? _rampSince;
    private long? _refusedAt;
    private long _lastStart;
    private long _horizon;
    private int _burst;
    private int _waiting;

    /// <summary>Waits for a call's turn.</summary>
    /// <param name="longest">The longest wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Zero once it may start; otherwise how long the turn is away, if that is longer than the longest wait.</returns>
    public async Task<TimeSpan> WaitAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        Task before;
        var turn = new TaskCompletionSource();
        lock (_gate)
        {
            var now = time.GetTimestamp();
            BeginRamp(now);
            if (_waiting == 0 && UntilNext(now) <= TimeSpan.Zero)
            {
                Start(now);
                return TimeSpan.Zero;
            }

            if (_limit is { } limit && TimeSpan.FromSeconds((_waiting + 1) / limit) > longest)
                return HoldBack(now, limit);
            _waiting++;
            before = _lastTurn;
            _lastTurn = turn.Task;
        }

        try
        {
            // In order: the first waits for its time, the others for it.
            await before.WaitAsync(cancellationToken);
            await WaitForTimeAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
            _ = before.ContinueWith(_ => turn.SetResult(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        return TimeSpan.Zero;
    }

    /// <summary>The provider accepted a call and made what it was asked for.</summary>
    public void Succeeded()
    {
        lock (_gate)
        {
            if (_limit is not { } limit)
                return;
            var isCalm = time.GetElapsedTime(_refusedAt!.Value) > Calm;
            _limit = limit + Math.Max(Increase / limit, isCalm ? LateIncrease : 0);
        }
    }

    /// <summary>The provider refused a call because of its rate.</summary>
    /// <param name="startedAt">The timestamp of the call's start.</param>
    public void Refused(long startedAt)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            // Those that were under way at the last decrease say nothing about the rate since.
            if (_limit is { } limit && startedAt <= _refusedAt)
                return;
            Trim(now);
            _limit = _limit is { } before
                ? Math.Max(LowestRate, before * Decrease)
                : Math.Max(LowestFirstLimit, (_starts.Count - 1) * Decrease);
            _refusedAt = now;
            _lastStart = now;
        }
    }

    private async Task WaitForTimeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            TimeSpan left;
            lock (_gate)
            {
                var now = time.GetTimestamp();
                left = UntilNext(now);
                if (left <= TimeSpan.Zero)
                {
                    Start(now);
                    return;
                }
            }

            // Briefly: meanwhile the rate may have grown. A timer counts whole milliseconds.
            await Task.Delay(
                left < LongestNap ? TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)) : LongestNap, time, cancellationToken);
        }
    }

    private void BeginRamp(long now)
    {
        var isForgotten = _limit is not null && time.GetElapsedTime(_refusedAt!.Value, now) > Quiet;
        var isQuiet = _limit is null && (_rampSince is null || time.GetElapsedTime(_lastStart, now) > Quiet);
        if (!isForgotten && !isQuiet)
            return;
        _limit = null;
        _refusedAt = null;
        _rampSince = now;
        _burst = FirstBurst;
    }

    private TimeSpan UntilNext(long now)
    {
        if (_limit is { } limit)
            return TimeSpan.FromSeconds(1 / limit) - time.GetElapsedTime(_lastStart, now);
        var ramp = time.GetElapsedTime(_rampSince!.Value, now);
        if (_burst > 0 || ramp >= RampTime)
            return TimeSpan.Zero;
        return TimeSpan.FromSeconds(1 / (FirstRate * Math.Pow(2, ramp / Doubling))) - time.GetElapsedTime(_lastStart, now);
    }

    // Those that are held back come back one after another.
    private TimeSpan HoldBack(long now, double limit)
    {
        var turn = now + (long)((_waiting + 1) / limit * time.TimestampFrequency);
        _horizon = Math.Max(_horizon, turn) + (long)(time.TimestampFrequency / limit);
        return time.GetElapsedTime(now, _horizon);
    }

    private void Start(long now)
    {
        _burst--;
        _lastStart = now;
        _starts.Enqueue(now);
        Trim(now);
    }

    private void Trim(long now)
    {
        while (_starts.TryPeek(out var start) && time.GetElapsedTime(start, now) > TimeSpan.FromSeconds(1))
            _starts.Dequeue();
    }
}
