using EmbeddedFunctions.Engine.Storage;
using Microsoft.Extensions.Logging;

namespace EmbeddedFunctions.Engine.Orchestration;

/// <summary>
/// An instance that this node holds: takes messages, makes them durable, hands them to the orchestrator, carries out what the
/// orchestrator asks for. One thing at a time, in that order, so that no code ever sees what a crash could take back.
/// </summary>
internal sealed partial class LiveInstance : IThreadPoolWorkItem
{
    /// <summary>No count of messages: an instance is not let go while it has this one.</summary>
    public const long MailUnknown = -1;

    private readonly InstanceHost _host;
    private readonly Lock _gate = new();
    private readonly Dictionary<int, ActivityExecution> _activities = [];
    private readonly List<TimerEntry> _timers = [];
    private List<InstanceMessage> _mailbox = [];
    private List<HistoryEvent>? _recoveredHistory;
    private InstanceRecord _record;
    private OrchestrationRun _run;
    private InstanceCommit? _committed;
    private InstanceCommit? _unhurried;
    private TimerEntry? _patience;
    private bool _begun;
    private bool _busy;
    private bool _gone;
    private OrchestrationSpan? _span;
    private ActivityExecution? _execution;
    private int _runNumber;
    private int _nextSequence;
    private DateTime _lastEventAt;
    private long _idleSince;
    private long _mail;

    public LiveInstance(InstanceHost host, InstanceRecord record, List<HistoryEvent> history)
    {
        _host = host;
        _record = record;
        _recoveredHistory = history;
        _nextSequence = history.Count;
        _lastEventAt = history.Count > 0 ? history[^1].At : record.StartedAt ?? record.CreatedAt;
        _run = NewRun();
        _idleSince = host.Clock.Timestamp;
    }

    public string Id => _record.Id;

    /// <summary>The number of the node when it took the instance.</summary>
    public long? Node => _record.Owner;

    public Guid ExecutionId => _record.ExecutionId;

    /// <summary>What its activities' spans belong to.</summary>
    public string? TraceParent => _span?.Id ?? _record.TraceParent;

    /// <summary>The count of inbox messages that the node has seen for it, and that it has been handed before this is set.</summary>
    public long Mail
    {
        get => Volatile.Read(ref _mail);
        set => Volatile.Write(ref _mail, value);
    }

    /// <summary>Inbox rows that are in memory already, so that a second look does not take them twice.</summary>
    public HashSet<long> KnownInbox { get; } = [];

    /// <summary>Runs it for the first time on this node.</summary>
    public void Activate() => Post(new Nudge());

    /// <summary>Asks it to run, as <see cref="Activate"/> does, and leaves the thread to the caller.</summary>
    /// <returns>Whether it stands still and the caller has to execute it.</returns>
    public bool Wake() => Add(new Nudge());

    /// <summary>Hands it a message; a message that it cannot take is answered so.</summary>
    public void Post(InstanceMessage message)
    {
        if (Add(message))
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Hands it a message and, if it stands still, lets it go on on this thread.</summary>
    public void PostHere(InstanceMessage message)
    {
        if (Add(message))
        {
            ((IThreadPoolWorkItem)this).Execute();
        }
    }

    /// <returns>Whether it stands still and has to be set going.</returns>
    private bool Add(InstanceMessage message)
    {
        lock (_gate)
        {
            if (!_gone)
            {
                _mailbox.Add(message);
                var stands = !_busy;
                _busy = true;
                return stands;
            }
        }

        message.Acknowledgement?.TrySetResult(false);
        return false;
    }

    /// <summary>Proposes to let it go when it has waited in memory for so long.</summary>
    public void EvictIfIdle(TimeSpan idle)
    {
        lock (_gate)
        {
            if (_busy || _gone || _host.Clock.Since(_idleSince) < idle)
            {
                return;
            }
        }

        Post(new EvictionProposed());
    }

    /// <summary>The node lost it: nothing that it does counts any more.</summary>
    public void Abandon()
    {
        List<InstanceMessage> dropped;
        lock (_gate)
        {
            _gone = true;
            dropped = _mailbox;
            _mailbox = [];
        }

        CancelActivities();
        lock (_timers)
        {
            _timers.ForEach(t => t.Cancel());
        }

        _span?.Dispose();
        dropped.ForEach(m => m.Acknowledgement?.TrySetResult(false));
    }

    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            if (Advance() is { } execution)
            {
                _host.Activities.Run(execution);
            }
        }
        catch (Exception exception)
        {
            // A defect of the engine must not take the process down, nor leave the instance silently stuck.
            _host.Logger.LogCritical(exception, "Instance {InstanceId} cannot go on in this process", Id);
            _host.Remove(this, isOver: false);
            Abandon();
            if (TakeExecution() is { } execution)
            {
                _host.Activities.Run(execution);
            }
        }
    }

    private OrchestrationRun NewRun() =>
        new(_record, _host.Functions, _host.LoggerFactory, _host.Converter, _host.Options.DefaultVersion, () => Post(new Nudge()));

    private void BeginRun()
    {
        _begun = true;
        var history = _recoveredHistory ?? [];
        _recoveredHistory = null;
        _span ??= OrchestrationSpan.Start(_record, resumed: history.Count > 0);
        if (_run.HasFailed)
        {
            return;
        }

        if (!_host.Versions.Accept(_record.Version))
        {
            _run.Fail(new InvalidOperationException(_host.Versions.Refusal(_record.Version)));
            return;
        }

        if (!_host.Functions.HasOrchestrator(_record.Name))
        {
            _run.Fail(new InvalidOperationException(
                $"The function '{_record.Name}' doesn't exist, is disabled, or is not an orchestrator function."));
            return;
        }

        // What is on record was seen by the code before: it is replayed. Events carried over from an earlier run were not, on their own.
        var hasRun = _record.DeliveredTo > 0 || history.Count > -_record.DeliveredTo;
        _run.Expect(history);
        _run.Begin(replaying: hasRun);
        foreach (var e in history.Where(e => !e.IsAction))
        {
            _run.Deliver(e, replaying: hasRun);
        }

        _run.CheckAllRecordedActionsWereAsked();
        _host.CheckChildren(this, _run.RecoveredChildren());
    }

    private List<InstanceMessage> TakeMessages()
    {
        lock (_gate)
        {
            if (_mailbox.Count == 0)
            {
                return [];
            }

            var messages = _mailbox;
            _mailbox = [];
            return messages;
        }
    }

    /// <summary>Never earlier than the event before: an orchestrator's clock does not run backwards.</summary>
    private DateTime EventTime()
    {
        var now = _host.Clock.UtcNow;
        return _lastEventAt = now > _lastEventAt ? now : _lastEventAt;
    }

    private void Leave()
    {
        _run.End();
        _host.Remove(this, _run.IsOver);
        Abandon();
    }

    private bool Forget(int taskId)
    {
        lock (_activities)
        {
            return _activities.Remove(taskId);
        }
    }

    private void CancelActivities()
    {
        List<ActivityExecution> activities;
        lock (_activities)
        {
            activities = [.. _activities.Values];
            _activities.Clear();
        }

        activities.ForEach(a => a.Cancel());
    }
}
