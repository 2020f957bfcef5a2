using EmbeddedFunctions.Engine.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace EmbeddedFunctions.Engine.Orchestration;

/// <content>What goes into the next commit: actions, events, and the end.</content>
internal sealed partial class LiveInstance
{
    /// <summary>
    /// Gives waiting messages to the orchestrator and collects what they led to, up to its next await or its end. All of it becomes
    /// durable in one piece, and none of it leaves this process before it is.
    /// </summary>
    /// <returns>Whether it has to be made durable now, whatever it is.</returns>
    private bool Step(InstanceCommit next)
    {
        var at = EventTime();

        // Before the messages are taken: what is counted is then among them, and an instance is not let go while it has mail that it did not take.
        var mail = Mail;
        var messages = next.TakeAll(TakeMessages());
        var taken = 0;
        var (evict, handOver, isUrgent) = (false, false, false);
        for (; taken < messages.Count && !_run.IsOver; taken++)
        {
            switch (messages[taken])
            {
                case TerminateRequested terminate:
                    _run.SeeTermination();
                    Collect(next, at);
                    Terminate(next, terminate, at);
                    return true;
                case PurgeRequested:
                    next.Purge = true;
                    return true;
                case RecordNow:
                    isUrgent = true;
                    break;
                case EvictionProposed:
                    evict = true;
                    break;
                case HandOverRequested:
                    handOver = true;
                    break;
                case SuspendRequested suspend:
                    Deliver(next, new HistoryEvent(HistoryEventType.Suspended, at, Data: suspend.Reason));
                    next.Update = StatusNow(at, suspend.Reason);
                    break;
                case ResumeRequested resume:
                    Deliver(next, new HistoryEvent(HistoryEventType.Resumed, at, Data: resume.Reason));
                    next.Update = StatusNow(at, resume.Reason);
                    break;
                case var message when EventOf(message, at) is { } e:
                    Deliver(next, e);
                    break;
                default:
                    break;
            }
        }

        Collect(next, at);
        if (_run.IsOver)
        {
            Conclude(next, messages[taken..], at);
        }
        else if (next.HasContent)
        {
            AddUnrecorded(next);
            _nextSequence = next.NextSequence;
        }
        else
        {
            Start();
        }

        if (!_run.IsOver && (handOver || (evict && !next.HasContent && !_run.IsBusy)))
        {
            AddUnrecorded(next);
            _nextSequence = next.NextSequence;
            next.Release = new InstanceRelease(handOver ? at : _run.NextTimer, mail, Math.Max(1, _nextSequence));
        }

        return isUrgent;
    }

    /// <summary>The event that a message becomes; <see langword="null"/> when nobody waits for it any more.</summary>
    private HistoryEvent? EventOf(InstanceMessage message, DateTime at)
    {
        switch (message)
        {
            case ActivityEnded ended when ended.Run == _runNumber && Forget(ended.TaskId):
                return ended.Failure is null
                    ? new HistoryEvent(HistoryEventType.TaskCompleted, at, ended.TaskId, Data: ended.Data)
                    : new HistoryEvent(HistoryEventType.TaskFailed, at, ended.TaskId, Data: FailureCodec.Write(ended.Failure));
            case TimerDue due when due.Run == _runNumber && _run.PendingTimer(due.TaskId) is { } timer:
                _span?.TimerFired(timer);
                return new HistoryEvent(HistoryEventType.TimerFired, at, due.TaskId);
            case ChildEnded child when _run.IsPending(child.TaskId):
                return child.Failure is null
                    ? new HistoryEvent(HistoryEventType.SubOrchestrationCompleted, at, child.TaskId, Data: child.Data)
                    : new HistoryEvent(HistoryEventType.SubOrchestrationFailed, at, child.TaskId, Data: child.Failure);
            case EventArrived arrived:
                return new HistoryEvent(HistoryEventType.EventRaised, at, Name: arrived.Name, Data: arrived.Data);
            default:
                return null;
        }
    }

    /// <summary>Appends an event and lets the orchestrator see it; what it asks for thereupon stands behind it.</summary>
    private void Deliver(InstanceCommit next, HistoryEvent e)
    {
        AddUnrecorded(next);
        next.Append(e);
        _run.Deliver(e, replaying: false);
    }

    /// <summary>Puts into the commit what the orchestrator asked for that has to be durable before anyone sees it.</summary>
    private void Collect(InstanceCommit next, DateTime at)
    {
        foreach (var child in _run.TakeChildren())
        {
            if (_host.Functions.HasOrchestrator(child.Name))
            {
                (next.NewInstances ??= []).Add(_host.NewChild(_record, child, at, TraceParent));
            }
            else
            {
                RefuseChild(child.TaskId, $"The function '{child.Name}' doesn't exist, is disabled, or is not an orchestrator function.");
            }
        }

        foreach (var send in _run.TakeSends())
        {
            (next.Outgoing ??= []).Add(new InboxMessage(send.TargetId, InboxMessageKind.Event, send.Name, send.Data));
        }

        if (_run.TakeStatusChange())
        {
            next.Update = (next.Update ?? StatusNow(at, output: null)) with { CustomStatus = _run.CustomStatus };
        }
    }

    /// <summary>Starts the activities and timers that the orchestrator asked for.</summary>
    private void Start()
    {
        if (_run.HasFailed)
        {
            return;
        }

        foreach (var action in _run.TakeActions())
        {
            switch (action)
            {
                case ActivityAction activity:
                    var execution = new ActivityExecution(this, _runNumber, activity);
                    lock (_activities)
                    {
                        _activities[activity.TaskId] = execution;
                    }

                    if (_host.Activities.TryEnter(execution))
                    {
                        // The last one runs on this thread, when it has nothing else to do.
                        if (_execution is { } other)
                        {
                            _host.Activities.Start(other);
                        }

                        _execution = execution;
                    }

                    break;
                case TimerAction timer:
                    var entry = _host.Timers.Add(this, new TimerDue(_runNumber, timer.TaskId), timer.FireAt);
                    lock (_timers)
                    {
                        _timers.RemoveAll(t => t.IsOver);
                        _timers.Add(entry);
                    }

                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>The run is over: its end, or its beginning anew, becomes durable.</summary>
    /// <param name="next">The commit.</param>
    /// <param name="unseen">Messages that came too late for the run.</param>
    /// <param name="at">When.</param>
    private void Conclude(InstanceCommit next, List<InstanceMessage> unseen, DateTime at)
    {
        if (unseen.Exists(m => m is PurgeRequested))
        {
            next.Purge = true;
            return;
        }

        if (_run.ContinueAsNew is { } again && !_run.HasThrown)
        {
            if (unseen.OfType<TerminateRequested>().FirstOrDefault() is { } terminate)
            {
                Terminate(next, terminate, at);
                return;
            }

            BeginAnew(next, again, unseen, at);
            return;
        }

        AddUnrecorded(next);
        var (output, failure) = _run.Result();
        if (failure is null)
        {
            try
            {
                PayloadLimit.Check(output, _host.Options.MaxPayloadBytes, $"The output of orchestration '{_record.Name}'");
            }
            catch (ArgumentException exception)
            {
                (output, failure) = (null, TaskFailureDetails.FromException(exception));
            }
        }

        next.Append(new HistoryEvent(
            HistoryEventType.Completed,
            at,
            Name: (failure is null ? OrchestrationRuntimeStatus.Completed : OrchestrationRuntimeStatus.Failed).ToString(),
            Data: failure is null ? output : FailureCodec.Write(failure)));
        if (failure is null)
        {
            End(next, OrchestrationRuntimeStatus.Completed, output, failure: null, at);
        }
        else
        {
            End(next, OrchestrationRuntimeStatus.Failed, output ?? DatabaseText.Clean($"{failure.ErrorType}: {failure.ErrorMessage}"), failure, at);
        }
    }

    private void Terminate(InstanceCommit next, TerminateRequested terminate, DateTime at)
    {
        AddUnrecorded(next);
        next.Append(new HistoryEvent(HistoryEventType.Terminated, at, Data: terminate.Output));
        if (terminate.Recursive)
        {
            foreach (var child in _run.PendingChildren)
            {
                (next.Outgoing ??= []).Add(new InboxMessage(
                    child,
                    InboxMessageKind.Terminate,
                    TerminateRequested.RecursiveName,
                    terminate.Output));
            }
        }

        End(next, OrchestrationRuntimeStatus.Terminated, terminate.Output, failure: null, at);
    }

    private void End(InstanceCommit next, OrchestrationRuntimeStatus status, string? output, TaskFailureDetails? failure, DateTime at)
    {
        _nextSequence = next.NextSequence;
        var stored = failure is null ? null : FailureCodec.Write(failure);
        next.Update = new InstanceUpdate(status, output, _run.CustomStatus, stored, at, Ended: true);
        if (_record is { ParentId: { } parent, ParentTaskId: { } task })
        {
            (next.Outgoing ??= []).Add(status is OrchestrationRuntimeStatus.Completed
                ? new InboxMessage(parent, InboxMessageKind.ChildCompleted, Data: output, TaskId: task)
                : new InboxMessage(parent, InboxMessageKind.ChildFailed, Data: stored ?? FailureCodec.Write(FailureCodec.Terminated(_record)), TaskId: task));
        }
    }

    private void BeginAnew(InstanceCommit next, ContinueAsNewRequest again, List<InstanceMessage> unseen, DateTime at)
    {
        var version = again.Version ?? _record.Version;
        next.FirstSequence = 0;
        next.Renewal = new InstanceRenewal(again.Input, version, at, Carried: 0);

        // What the old run said of itself ends with it; events that came too late for it are the new run's in any case.
        next.Update = null;
        var events = again.PreserveUnprocessedEvents ? _run.Events.Unprocessed.Concat(_run.Events.ForTheNextRun) : _run.Events.ForTheNextRun;
        next.Events = [.. events.Select(e => new HistoryEvent(HistoryEventType.EventRaised, at, Name: e.Name, Data: e.Data))];
        Carry(next, unseen, at);
        var carried = next.Events.Count;
        next.Renewal = next.Renewal with { Carried = carried };
        _record = _record with { Input = again.Input, Version = version, StartedAt = at, CustomStatus = null, DeliveredTo = -carried };
        _runNumber++;
        _nextSequence = next.NextSequence;
        _begun = false;
        _run = NewRun();
    }

    /// <summary>Whether the run is of a version that another node runs: a run can begin anew as such a one.</summary>
    private bool IsForAnotherNode => _host.Versions.Rejects(_record.Version);

    /// <summary>Leaves a run that has not begun to a node of its version, with all that came for it.</summary>
    private bool StepAside(InstanceCommit next)
    {
        var at = EventTime();
        var mail = Mail;
        var messages = next.TakeAll(TakeMessages());
        if (messages.Exists(m => m is PurgeRequested))
        {
            next.Purge = true;
        }
        else if (messages.OfType<TerminateRequested>().FirstOrDefault() is { } terminate)
        {
            Terminate(next, terminate, at);
        }
        else
        {
            Carry(next, messages.FindAll(m => m is not HandOverRequested), at);
            _nextSequence = next.NextSequence;
            next.Release = new InstanceRelease(at, mail, -_nextSequence);
        }

        return true;
    }

    /// <summary>Puts messages at the start of a history whose code has not run.</summary>
    private void Carry(InstanceCommit next, List<InstanceMessage> messages, DateTime at)
    {
        foreach (var message in messages)
        {
            switch (message)
            {
                case EventArrived arrived:
                    next.Append(new HistoryEvent(HistoryEventType.EventRaised, at, Name: arrived.Name, Data: arrived.Data));
                    break;
                case SuspendRequested suspend:
                    next.Append(new HistoryEvent(HistoryEventType.Suspended, at, Data: suspend.Reason));
                    next.Update = new InstanceUpdate(OrchestrationRuntimeStatus.Suspended, suspend.Reason, null, null, at, Ended: false);
                    break;
                case ResumeRequested resume:
                    next.Append(new HistoryEvent(HistoryEventType.Resumed, at, Data: resume.Reason));
                    next.Update = new InstanceUpdate(OrchestrationRuntimeStatus.Running, resume.Reason, null, null, at, Ended: false);
                    break;
                case HandOverRequested:
                    // The new run goes elsewhere just as well.
                    Post(message);
                    break;
                default:
                    break;
            }
        }
    }

    private void AddUnrecorded(InstanceCommit next)
    {
        if (_run.Unrecorded.Count > 0)
        {
            (next.Events ??= []).AddRange(_run.Unrecorded);
            _run.Unrecorded.Clear();
        }
    }

    private InstanceUpdate StatusNow(DateTime at, string? output) => new(
        _run.IsSuspended ? OrchestrationRuntimeStatus.Suspended : OrchestrationRuntimeStatus.Running,
        output,
        _run.CustomStatus,
        Failure: null,
        at,
        Ended: false);

    private void RefuseChild(int taskId, string reason) => Post(new ChildEnded(
        taskId,
        null,
        FailureCodec.Write(new TaskFailureDetails(typeof(InvalidOperationException).FullName!, reason, null, null, null))));
}
