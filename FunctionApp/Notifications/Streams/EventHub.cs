using Atelier.Persistence;
namespace Atelier.Notifications.Streams;

/// <summary>Dispatches new events to all streams of this process, with one query for all of them.</summary>
/// <remarks>
/// The hub has one position in the log, and reads on from it when any campaign changes. A stream that joins gets that position: it reads
/// earlier events from the log itself, and gets later ones from the hub. A slow stream delays no other: its buffer is bounded, and the
/// stream is closed when it is full.
/// </remarks>
public sealed class EventHub(EventLog log, CampaignChanges changes, EventStreamOptions options, ILogger<EventHub> logger)
    : BackgroundService
{
    private const int BatchSize = 500;

    // Notifications may be lost with their connection; an occasional query costs little.
    private static readonly TimeSpan SafetyNet = TimeSpan.FromSeconds(5);

    // The wait when an event is held back by an older transaction: the end of that one may not be notified.
    private static readonly TimeSpan HeldBackPause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan FailurePause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, HashSet<EventReader>> _readers = [];
    private readonly List<EventReader> _newcomers = [];
    private CampaignChanges.Subscription? _wake;
    private int _count;
    private bool _ended;

    /// <summary>How many streams there are.</summary>
    public int ReaderCount => Volatile.Read(ref _count);

    /// <summary>Adds a stream. It gets the events after <see cref="EventReader.Joined"/>, once that is set.</summary>
    /// <param name="userId">Whose events.</param>
    /// <param name="campaignId">Of one campaign; <see langword="null"/> for all of the caller's.</param>
    public EventReader Join(string userId, Guid? campaignId)
    {
        var reader = new EventReader(this, userId, campaignId, options.ReaderBuffer);
        lock (_gate)
        {
            if (_ended)
                reader.End();
            else
                _newcomers.Add(reader);
            _count++;
            _wake?.Signal();
        }
        return reader;
    }

    internal void Remove(EventReader reader)
    {
        lock (_gate)
        {
            _count--;
            if (!_newcomers.Remove(reader) && _readers.TryGetValue(reader.UserId, out var readers)
                && readers.Remove(reader) && readers.Count == 0)
            {
                _readers.Remove(reader.UserId);
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var wake = changes.SubscribeToAll();
        lock (_gate)
            _wake = wake;
        try
        {
            long? position = null;
            while (true)
            {
                TimeSpan pause;
                (position, pause) = await TryDispatchAsync(position, stoppingToken);
                if (pause > TimeSpan.Zero)
                    await wake.WaitAsync(pause, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process stops: every stream ends, and its client resumes it at another process.
        }
        finally
        {
            End();
        }
    }

    private async Task<(long? Position, TimeSpan Pause)> TryDispatchAsync(long? position, CancellationToken cancellationToken)
    {
        try
        {
            return await DispatchAsync(position, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning(exception, "The event log cannot be read now; retrying in {Pause}.", FailurePause);
            return (position, FailurePause);
        }
    }

    private async Task<(long? Position, TimeSpan Pause)> DispatchAsync(long? position, CancellationToken cancellationToken)
    {
        if (ReaderCount == 0)
            return (null, SafetyNet);

        var from = position ?? await log.ReadEndAsync(cancellationToken);
        Admit(from);
        (var events, var hasMore) = await log.ReadAllAsync(from, BatchSize, cancellationToken);
        Dispatch(events);
        var pause = !hasMore ? SafetyNet : events.Count == BatchSize ? TimeSpan.Zero : HeldBackPause;
        return (events.Count > 0 ? events[^1].Id : from, pause);
    }

    private void Admit(long position)
    {
        lock (_gate)
        {
            foreach (var reader in _newcomers)
            {
                if (!_readers.TryGetValue(reader.UserId, out var readers))
                    _readers[reader.UserId] = readers = [];
                readers.Add(reader);
                reader.Join(position);
            }
            _newcomers.Clear();
        }
    }

    private void Dispatch(List<LoggedEvent> events)
    {
        lock (_gate)
        {
            foreach (var @event in events)
            {
                foreach (var reader in _readers.GetValueOrDefault(@event.UserId, []))
                    reader.Enqueue(@event);
            }
        }
    }

    private void End()
    {
        lock (_gate)
        {
            _ended = true;
            foreach (var reader in _readers.Values.SelectMany(readers => readers).Concat(_newcomers))
                reader.End();
        }
    }
}
