using System.Globalization;
using EmbeddedFunctions.Engine.Storage;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace EmbeddedFunctions.Engine.Orchestration;

/// <summary>
/// An orchestrator function at its await: takes history events in order, hands them to the waiting code, and collects the actions
/// that the code asks for. Given the same events it asks for the same actions; where a recorded action says otherwise, the run fails.
/// </summary>
/// <remarks>It does no I/O and keeps no history. Used by one thread at a time.</remarks>
internal sealed partial class OrchestrationRun
{
    private readonly IDurableFunctions _functions;
    private readonly OrchestrationScheduler _scheduler;
    private readonly EmbeddedOrchestrationContext _context;
    private readonly Dictionary<int, PendingTask> _pending = [];
    private readonly List<PendingTask> _untaken = [];
    private readonly Queue<HistoryEvent> _whileSuspended = new();
    private readonly HashSet<int> _arrivedWhileSuspended = [];
    private readonly List<SendEventAction> _sends = [];
    private readonly Dictionary<int, HistoryEvent> _recorded = [];
    private readonly Action _onIllegalAsync;
    private Task<string?>? _orchestrator;
    private Exception? _fatal;
    private int _nextTaskId;

    public OrchestrationRun(
        InstanceRecord instance,
        IDurableFunctions functions,
        ILoggerFactory loggerFactory,
        DataConverter converter,
        string defaultVersion,
        Action onIllegalAsync)
    {
        Instance = instance;
        Converter = converter;
        Now = instance.StartedAt ?? instance.CreatedAt;
        CustomStatus = instance.CustomStatus;
        _functions = functions;
        _onIllegalAsync = onIllegalAsync;
        _scheduler = new OrchestrationScheduler(OnForeignContinuation);
        _context = new EmbeddedOrchestrationContext(this, loggerFactory, defaultVersion);
    }

    public InstanceRecord Instance { get; }

    public DataConverter Converter { get; }

    public ExternalEvents Events { get; } = new();

    /// <summary>The orchestrator's clock: the time of the event that it last saw.</summary>
    public DateTime Now { get; private set; }

    public bool IsReplaying { get; private set; }

    public bool IsSuspended { get; private set; }

    /// <summary>Set when the code asked to begin anew.</summary>
    public ContinueAsNewRequest? ContinueAsNew { get; private set; }

    /// <summary>Whether the function has returned, thrown or been failed.</summary>
    public bool HasReturned => _fatal is not null || _orchestrator is { IsCompleted: true };

    /// <summary>Whether the run ends by an exception.</summary>
    public bool HasThrown => _fatal is not null || _orchestrator is { IsCompletedSuccessfully: false, IsCompleted: true };

    /// <summary>Whether the run was failed from outside its code: not deterministic, off its thread, or not to be recorded.</summary>
    public bool HasFailed => _fatal is not null;

    /// <summary>
    /// Whether the run is over: the function has returned and nothing that it started is outstanding. A run that was failed from outside
    /// its code waits for nothing.
    /// </summary>
    public bool IsOver => _fatal is not null || (HasReturned && _pending.Count == 0);

    /// <summary>Whether an activity or a child may be under way, so that more than timers and events is awaited.</summary>
    public bool IsBusy => Awaited.Any(a => a is ActivityAction);

    /// <summary>When the first pending timer fires; <see langword="null"/> with none.</summary>
    public DateTime? NextTimer =>
        Awaited.OfType<TimerAction>().Select(t => (DateTime?)t.FireAt).Min();

    /// <summary>What the recorded history says that the code asked for, to be compared on replay.</summary>
    public void Expect(IEnumerable<HistoryEvent> history)
    {
        foreach (var e in history.Where(e => e.IsAction))
        {
            _recorded[e.TaskId] = e;
        }
    }

    /// <summary>Hands over one event of the history and runs the code up to its next await.</summary>
    public void Deliver(HistoryEvent e, bool replaying)
    {
        BeginEpisode();
        if (IsSuspended && e.Type is not HistoryEventType.Resumed and not HistoryEventType.Suspended)
        {
            _whileSuspended.Enqueue(e);
            if (e.TaskId >= 0)
            {
                _arrivedWhileSuspended.Add(e.TaskId);
            }

            return;
        }

        IsReplaying = replaying;
        Now = e.At > Now ? e.At : Now;
        switch (e.Type)
        {
            case HistoryEventType.Suspended:
                IsSuspended = true;
                return;
            case HistoryEventType.Resumed:
                IsSuspended = false;
                while (!IsSuspended && _whileSuspended.TryDequeue(out var kept))
                {
                    // What was kept is handed over at the time of the resumption.
                    _arrivedWhileSuspended.Remove(kept.TaskId);
                    Deliver(kept with { At = e.At }, replaying);
                }

                return;
            default:
                _scheduler.Run(() => Apply(e));
                CheckProgress();
                return;
        }
    }

    /// <summary>Activities and timers that are to start now: those that were not handed on yet and whose result is still awaited.</summary>
    public List<OrchestrationAction> TakeActions() =>
        Take(p => p.Action is not SubOrchestrationAction && !_arrivedWhileSuspended.Contains(p.Action.TaskId));

    /// <summary>Sub-orchestrations to create: those that no history has recorded.</summary>
    public IEnumerable<SubOrchestrationAction> TakeChildren() =>
        Take(static p => p is { IsNew: true, Action: SubOrchestrationAction }).Cast<SubOrchestrationAction>();

    /// <summary>Events to send that were not sent yet.</summary>
    public List<SendEventAction> TakeSends()
    {
        if (_sends.Count == 0)
        {
            return [];
        }

        var sends = _sends.ToList();
        _sends.Clear();
        return sends;
    }

    /// <summary>Children whose creation is on record and whose end is not; they are not started again.</summary>
    public List<OrchestrationAction> RecoveredChildren() => Take(static p => p is { IsNew: false, Action: SubOrchestrationAction });

    /// <summary>Actions that no history has recorded yet, in order. The caller clears it when it took them.</summary>
    public List<HistoryEvent> Unrecorded { get; } = [];

    /// <summary>Ids of the sub-orchestrations whose end it awaits.</summary>
    public IEnumerable<string> PendingChildren => _pending.Values.Select(p => p.Action).OfType<SubOrchestrationAction>().Select(c => c.ChildId);

    /// <summary>A timer that is still awaited.</summary>
    public TimerAction? PendingTimer(int taskId) => IsPending(taskId) ? _pending[taskId].Action as TimerAction : null;

    public bool IsPending(int taskId) => _pending.ContainsKey(taskId) && !_arrivedWhileSuspended.Contains(taskId);

    /// <summary>Recorded actions that the code has not asked for although it has seen all of the history.</summary>
    public void CheckAllRecordedActionsWereAsked()
    {
        if (_fatal is null && !HasReturned && _recorded.Count > 0)
        {
            var missing = _recorded.Values.MinBy(e => e.TaskId)!;
            Fail(new NonDeterministicOrchestrationException(Instance.Name, missing.TaskId, missing.Describe(), "nothing"));
        }
    }

    /// <summary>How the run ended; asked once <see cref="IsOver"/>. A failure has an output only where it differs from type and message.</summary>
    public (string? Output, TaskFailureDetails? Failure) Result()
    {
        var exception = _fatal ?? (_orchestrator is { IsCompletedSuccessfully: false } ? Thrown(_orchestrator) : null);
        return exception switch
        {
            null => (_orchestrator!.Result, null),
            UnreadableEventException unreadable => (unreadable.Output, TaskFailureDetails.FromException(unreadable.InnerException!)),
            _ => (null, TaskFailureDetails.FromException(exception)),
        };
    }

    internal void Demand()
    {
        if (!_scheduler.IsCurrent)
        {
            OnForeignContinuation();
            throw new InvalidOperationException(IllegalAsync);
        }
    }

    internal int TakeTaskId() => _nextTaskId++;

    internal Task<T> Track<T>(string name, OrchestrationAction action)
    {
        var isNew = Record(action);
        var pending = new PendingTask<T>(action, name, Converter) { IsNew = isNew };
        Await(pending);
        return pending.Task;
    }

    internal Task TrackTimer(TimerAction action, CancellationToken cancellationToken)
    {
        Record(action);
        var pending = new PendingTask<object?>(action, "timer", Converter);
        Await(pending);
        if (cancellationToken.CanBeCanceled)
        {
            cancellationToken.Register(() =>
            {
                if (!_scheduler.IsCurrent)
                {
                    // Cancelled by a clock or by other code, which no replay would repeat.
                    OnForeignContinuation();
                }
                else if (_pending.Remove(action.TaskId))
                {
                    pending.Cancel(cancellationToken);
                }
            });
        }

        return pending.Task;
    }

    internal void Send(SendEventAction action)
    {
        if (Record(action))
        {
            _sends.Add(action);
        }
    }

    /// <summary>Whether replayed history has, as the next action, something else than a timer of that time.</summary>
    internal bool NextIsRecordedAsNoTimerAt(DateTime fireAt) =>
        _recorded.TryGetValue(_nextTaskId, out var next) && next.Reference != new TimerAction(_nextTaskId, fireAt, Now).ToEvent(Now).Reference;

    internal void RequestContinueAsNew(ContinueAsNewRequest request) => ContinueAsNew = request;

    /// <summary>Fails the run whatever its code does with the exception.</summary>
    internal void Fail(Exception exception) => _fatal ??= exception;

    /// <summary>The very exception: what cancelled a task is told by awaiting it alone.</summary>
    private static Exception? Thrown(Task<string?> ended)
    {
        try
        {
            ended.GetAwaiter().GetResult();
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    private IEnumerable<OrchestrationAction> Awaited =>
        _pending.Values.Select(p => p.Action).Where(a => !_arrivedWhileSuspended.Contains(a.TaskId));

    /// <summary>What becomes of code that awaits anything else than the orchestration's own tasks.</summary>
    internal const string IllegalAsync =
        "An invalid asynchronous invocation was detected. This can be caused by awaiting non-durable tasks in an orchestrator function's "
        + "implementation or by middleware that invokes asynchronous code.";

    private void Await(PendingTask task)
    {
        _pending.Add(task.Action.TaskId, task);
        _untaken.Add(task);
    }

    /// <summary>
    /// Those that were not taken yet, in the order in which the code asked for them. A step looks at these alone: of ten thousand that are
    /// awaited all but a few were taken long ago.
    /// </summary>
    private List<OrchestrationAction> Take(Predicate<PendingTask> isWanted)
    {
        if (_untaken.Count == 0)
        {
            return [];
        }

        var taken = new List<OrchestrationAction>();
        _untaken.RemoveAll(task =>
        {
            if (!_pending.ContainsKey(task.Action.TaskId))
            {
                return true;
            }

            var isTaken = isWanted(task);
            if (isTaken)
            {
                taken.Add(task.Action);
            }

            return isTaken;
        });
        return taken;
    }

    /// <returns>Whether the action is new; otherwise it equals the recorded one.</returns>
    private bool Record(OrchestrationAction action)
    {
        var asked = action.ToEvent(Now);
        if (!_recorded.Remove(action.TaskId, out var recorded))
        {
            Unrecorded.Add(asked);
            return true;
        }

        if (recorded.Type != asked.Type
            || (asked.Type is not HistoryEventType.TimerCreated && !string.Equals(recorded.Name, asked.Name, StringComparison.OrdinalIgnoreCase)))
        {
            var exception = new NonDeterministicOrchestrationException(Instance.Name, action.TaskId, recorded.Describe(), asked.Describe());
            Fail(exception);
            throw exception;
        }

        return false;
    }

    private void Apply(HistoryEvent e)
    {
        switch (e.Type)
        {
            case HistoryEventType.EventRaised when ContinueAsNew is not null:
                Events.ForTheNextRun.Add((e.Name!, e.Data));
                break;
            case HistoryEventType.EventRaised:
                Events.Raise(e.Name!, e.Data);
                break;
            case HistoryEventType.TimerFired when !_pending.ContainsKey(e.TaskId):
                // The timer was cancelled while its firing was being recorded.
                break;
            case HistoryEventType.TaskCompleted or HistoryEventType.SubOrchestrationCompleted or HistoryEventType.TimerFired:
                TakePending(e)?.Complete(e.Data);
                break;
            case HistoryEventType.TaskFailed or HistoryEventType.SubOrchestrationFailed:
                TakePending(e)?.Fail(FailureCodec.Read(e.Data));
                break;
            default:
                break;
        }
    }

    private PendingTask? TakePending(HistoryEvent e)
    {
        if (_pending.Remove(e.TaskId, out var pending))
        {
            return pending;
        }

        if (!HasReturned)
        {
            Fail(new NonDeterministicOrchestrationException(
                Instance.Name,
                e.TaskId,
                string.Create(CultureInfo.InvariantCulture, $"{e.Type} of action {e.TaskId}"),
                "no such action"));
        }

        return null;
    }

    private void CheckProgress()
    {
        if (_fatal is null && !HasReturned && _pending.Count == 0 && !Events.HasWaiters && !IsSuspended)
        {
            // Nothing durable can ever wake it: it awaits something else.
            Fail(new InvalidOperationException(IllegalAsync));
        }
    }

    private void OnCompletedSomewhere()
    {
        if (!_scheduler.IsCurrent)
        {
            OnForeignContinuation();
        }
    }

    private void OnForeignContinuation()
    {
        Fail(new InvalidOperationException(IllegalAsync));
        _onIllegalAsync();
    }
}
