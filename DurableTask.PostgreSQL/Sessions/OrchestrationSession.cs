using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.PostgreSQL.Storage;

namespace DurableTask.PostgreSQL.Sessions;

/// <summary>
/// An orchestration that this node holds: its history, the messages that wait for it, its activities and timers. While the dispatcher works on it,
/// this is the work item's extended session.
/// </summary>
internal sealed partial class OrchestrationSession : IOrchestrationSession
{
    /// <summary>No count of inbox messages: a session with it is not released.</summary>
    public const long InboxCountUnknown = -1;

    private readonly SessionHost _host;
    private readonly Lock _gate = new();
    private readonly List<HistoryEvent> _events;
    private readonly List<SessionMessage> _taken = [];
    private readonly Dictionary<int, ActivityWorkItem> _activities = [];
    private readonly List<TimerEntry> _timers = [];
    private List<SessionMessage> _inbox = [];
    private StoredInstance _instance;
    private TaskCompletionSource<IList<TaskMessage>?>? _waiter;
    private CheckpointRequest? _last;
    private Phase _phase;
    private bool _isGone;
    private bool _hasEnded;
    private bool _isToEvict;
    private bool _isForAnotherNode;
    private int _abandoned;
    private int _nextSequence;
    private long _idleSince;
    private long _inboxCount;
    private long _adoption = long.MaxValue;

    /// <param name="host">The sessions of the node.</param>
    /// <param name="instance">The row, with this node as the owner.</param>
    /// <param name="history">Its history; empty when it has not begun.</param>
    public OrchestrationSession(SessionHost host, StoredInstance instance, List<HistoryEvent> history)
    {
        _host = host;
        _instance = instance;
        _events = history;
        _nextSequence = history.Count;
        _idleSince = host.TimeProvider.GetTimestamp();
        _isToRewind = history.Exists(static e => e is ExecutionCompletedEvent);
        if (history.Count == 0)
        {
            _inbox.Add(new SessionMessage(instance.ToExecutionStarted(), instance.ExecutionId));
        }
        else if (instance.InboxCount == 0 && !_isToRewind && history.TrueForAll(IsBeforeTheFirstStep))
        {
            // Perhaps a generation whose code has not run yet, because it is not of the previous node's version: it needs a message to begin. One
            // that just waits ignores the message.
            _inbox.Add(new SessionMessage(new GenericEvent(-1, "begin")));
        }
    }

    /// <summary>Where the session is between the database and the dispatcher.</summary>
    private enum Phase
    {
        /// <summary>In memory, and nothing to do.</summary>
        Idle,

        /// <summary>Waits for the dispatcher to take it.</summary>
        Queued,

        /// <summary>The dispatcher has its work item.</summary>
        Active,

        /// <summary>Its release is being committed.</summary>
        Releasing,
    }

    public string Id => _instance.Id;

    /// <summary>The number of the node when it took the instance.</summary>
    public long? Node => _instance.Owner;

    /// <summary>The number of its adoption by this node; the largest number until the node can find it.</summary>
    public long Adoption
    {
        get => Volatile.Read(ref _adoption);
        set => Volatile.Write(ref _adoption, value);
    }

    /// <summary>The count of inbox messages that the node has seen for it. They are posted before this is set.</summary>
    public long InboxCount
    {
        get => Volatile.Read(ref _inboxCount);
        set => Volatile.Write(ref _inboxCount, value);
    }

    /// <summary>Inbox messages that are in memory already, so that a second look does not take them twice.</summary>
    public HashSet<long> KnownInbox { get; } = [];

    /// <summary>
    /// Starts the activities and timers that the history has no result of, and queues the session for the dispatcher when there is something to do.
    /// Without a message the orchestrator's code does not run: it waits for those activities and timers.
    /// </summary>
    public void Start()
    {
        if (!_isToRewind)
        {
            StartPending();
            if (_events.Exists(static e => e is ExecutionRewoundEvent))
            {
                _host.ConfirmChildren(this, ChildrenWithoutResult(), isRewind: false);
            }
        }

        bool isReady;
        lock (_gate)
        {
            isReady = _inbox.Count > 0 && _phase is Phase.Idle;
            _phase = isReady ? Phase.Queued : _phase;
        }

        if (isReady)
        {
            _host.Ready(this);
        }
    }

    /// <summary>Takes a message. Its acknowledgement is <see langword="false"/> when the session is over.</summary>
    public void Post(SessionMessage message) => Post(message, isHere: false);

    /// <summary>Takes a message and, where the orchestrator waits for one, continues it on this thread.</summary>
    public void PostHere(SessionMessage message) => Post(message, isHere: true);

    /// <summary>Makes a work item of the messages that wait for the session.</summary>
    /// <returns><see langword="null"/> when there is nothing left to do.</returns>
    public SessionWorkItem? TryBegin()
    {
        lock (_gate)
        {
            if (_isGone || _phase is not Phase.Queued)
            {
                return null;
            }

            if ((_isToRewind ? TakeRewind() : TakeInbox()) is not { Count: > 0 } messages)
            {
                _phase = Phase.Idle;
                return null;
            }

            _phase = Phase.Active;
            return new SessionWorkItem
            {
                InstanceId = Id,
                OrchestrationRuntimeState = new OrchestrationRuntimeState(_events),
                NewMessages = messages,
                LockedUntilUtc = DateTime.MaxValue,
                Session = this,
            };
        }
    }

    Task<IList<TaskMessage>?> IOrchestrationSession.FetchNewOrchestrationMessagesAsync(TaskOrchestrationWorkItem workItem)
    {
        // The dispatcher forgets the new events of the episode before. An orchestrator in another process is replayed from the past ones.
        var state = workItem.OrchestrationRuntimeState;
        foreach (var e in state.NewEvents)
        {
            state.PastEvents.Add(e);
        }

        lock (_gate)
        {
            if (!_isGone && _inbox.Count > 0)
            {
                return Task.FromResult<IList<TaskMessage>?>(TakeInbox());
            }

            if (_isGone || _isToEvict || _isForAnotherNode)
            {
                return Task.FromResult<IList<TaskMessage>?>(null);
            }

            // The thread that completes this continues the orchestrator; Post and PostHere choose which thread that is.
            _idleSince = _host.TimeProvider.GetTimestamp();
            _waiter = new TaskCompletionSource<IList<TaskMessage>?>();
            return _waiter.Task;
        }
    }

    Task IOrchestrationSession.EndSessionAsync() => Task.CompletedTask;

    /// <summary>The dispatcher could not run the work item: it gets the same messages again, later.</summary>
    public void Abandon()
    {
        lock (_gate)
        {
            _inbox.InsertRange(0, _taken);
            _taken.Clear();
            _abandoned++;
        }
    }

    /// <summary>The dispatcher is done with the work item.</summary>
    public void EndWorkItem()
    {
        var (isOver, isReady, isReleased, delay) = (false, false, false, TimeSpan.Zero);
        lock (_gate)
        {
            if (_isGone)
            {
                return;
            }

            _idleSince = _host.TimeProvider.GetTimestamp();
            _phase = Phase.Idle;
            if (_hasEnded)
            {
                isOver = true;
            }
            else if (_abandoned > 0 && _inbox.Count > 0)
            {
                delay = TimeSpan.FromSeconds(Math.Min(30, Math.Pow(2, _abandoned - 1)));
            }
            else if (_inbox.Count > 0)
            {
                isReady = true;
                _phase = Phase.Queued;
            }
            else if (_isForAnotherNode || (_isToEvict && _activities.Count == 0))
            {
                isReleased = true;
                _phase = Phase.Releasing;
            }

            _isToEvict = false;
        }

        if (isOver)
        {
            Leave(isOver: true);
        }
        else if (delay > TimeSpan.Zero)
        {
            _host.Abandoned(this, delay);
        }
        else if (isReady)
        {
            _host.Ready(this);
        }
        else if (isReleased)
        {
            Release();
        }
    }

    /// <summary>Queues an abandoned session for the dispatcher again.</summary>
    public void Retry()
    {
        lock (_gate)
        {
            if (_isGone || _phase is not Phase.Idle || _inbox.Count == 0)
            {
                return;
            }

            _phase = Phase.Queued;
        }

        _host.Ready(this);
    }

    /// <summary>The node lost the instance: nothing that the session still does has an effect.</summary>
    public void Drop()
    {
        TaskCompletionSource<IList<TaskMessage>?>? waiter;
        List<SessionMessage> dropped;
        lock (_gate)
        {
            _isGone = true;
            waiter = _waiter;
            _waiter = null;
            dropped = [.. _taken, .. _inbox];
            _taken.Clear();
            _inbox = [];
            _activities.Clear();
            _timers.ForEach(t => t.Cancel());
            _timers.Clear();
        }

        dropped.ForEach(m => m.Acknowledgement?.TrySetResult(false));
        waiter?.SetResult(null);
    }

    private static bool IsBeforeTheFirstStep(HistoryEvent e) =>
        e is OrchestratorStartedEvent or ExecutionStartedEvent or EventRaisedEvent or OrchestratorCompletedEvent;

    private void Post(SessionMessage message, bool isHere)
    {
        TaskCompletionSource<IList<TaskMessage>?>? waiter;
        IList<TaskMessage>? messages = null;
        var isReady = false;
        lock (_gate)
        {
            if (_isGone || _hasEnded)
            {
                message.Acknowledgement?.TrySetResult(false);
                return;
            }

            _inbox.Add(message);
            waiter = _waiter;
            _waiter = null;
            if (waiter is not null)
            {
                messages = TakeInbox();
            }
            else if (_phase is Phase.Idle && _abandoned == 0)
            {
                _phase = Phase.Queued;
                isReady = true;
            }
        }

        if (isReady)
        {
            _host.Ready(this);
        }
        else if (waiter is not null && isHere)
        {
            waiter.SetResult(messages);
        }
        else if (waiter is not null)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static wake => wake.Waiter.SetResult(wake.Messages), (Waiter: waiter, Messages: messages), preferLocal: false);
        }
    }

    private List<TaskMessage> TakeInbox()
    {
        var messages = new List<TaskMessage>(_inbox.Count);
        foreach (var message in _inbox)
        {
            messages.Add(message.ToTaskMessage(Id));
        }

        _taken.AddRange(_inbox);
        _inbox = [];
        return messages;
    }
}
