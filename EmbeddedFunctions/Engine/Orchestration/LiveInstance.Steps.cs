using EmbeddedFunctions.Engine.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace EmbeddedFunctions.Engine.Orchestration;

/// <content>What goes into the next commit: actions, events, and the end.</content>
internal sealed partial class LiveInstance
{
    /// <summary>Starts what needs no commit first, and puts the rest into the next one.</summary>
    private void CarryOut(InstanceCommit next)
    {
        var at = EventTime();
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

                    _host.Activities.Enqueue(execution);
                    break;
                case TimerAction timer:
                    _host.Timers.Add(this, _runNumber, timer.TaskId, timer.FireAt);
                    break;
                case SubOrchestrationAction child when !_host.Functions.HasOrchestrator(child.Name):
                    RefuseChild(child.TaskId, $"The function '{child.Name}' doesn't exist, is disabled, or is not an orchestrator function.");
                    break;
                case SubOrchestrationAction child:
                    (next.NewInstances ??= []).Add(_host.NewChild(_record, child, at));
                    break;
                default:
                    break;
            }
        }

        AddSends(next);
        if (_run.CustomStatusChanged)
        {
            _run.CustomStatusChanged = false;
            next.Update = StatusNow(at, output: null);
        }
    }

    /// <summary>Turns waiting messages into events of the next commit, after the actions that came before them.</summary>
    private void Record(InstanceCommit next)
    {
        var at = EventTime();
        var evict = false;
        foreach (var message in next.TakeAll(TakeMessages()))
        {
            switch (message)
            {
                case ActivityEnded ended when ended.Run == _runNumber && Forget(ended.TaskId):
                    next.Deliver(ended.Failure is null
                        ? new HistoryEvent(HistoryEventType.TaskCompleted, at, ended.TaskId, Data: ended.Data)
                        : new HistoryEvent(HistoryEventType.TaskFailed, at, ended.TaskId, Data: FailureCodec.Write(ended.Failure)));
                    break;
                case TimerDue due when due.Run == _runNumber && _run.IsPendingTimer(due.TaskId):
                    next.Deliver(new HistoryEvent(HistoryEventType.TimerFired, at, due.TaskId));
                    break;
                case ChildEnded child when _run.IsPending(child.TaskId):
                    next.Deliver(child.Failure is null
                        ? new HistoryEvent(HistoryEventType.SubOrchestrationCompleted, at, child.TaskId, Data: child.Data)
                        : new HistoryEvent(HistoryEventType.SubOrchestrationFailed, at, child.TaskId, Data: child.Failure));
                    break;
                case EventArrived arrived:
                    next.Deliver(new HistoryEvent(HistoryEventType.EventRaised, at, Name: arrived.Name, Data: arrived.Data));
                    break;
                case SuspendRequested suspend:
                    next.Deliver(new HistoryEvent(HistoryEventType.Suspended, at, Data: suspend.Reason));
                    next.Update = StatusNow(at, suspend.Reason) with { Status = OrchestrationRuntimeStatus.Suspended };
                    break;
                case ResumeRequested resume:
                    next.Deliver(new HistoryEvent(HistoryEventType.Resumed, at, Data: resume.Reason));
                    next.Update = StatusNow(at, resume.Reason) with { Status = OrchestrationRuntimeStatus.Running };
                    break;
                case TerminateRequested terminate:
                    Terminate(next, terminate, at);
                    return;
                case PurgeRequested:
                    next.Purge = true;
                    return;
                case EvictionProposed:
                    evict = true;
                    break;
                default:
                    break;
            }
        }

        if (next.HasContent)
        {
            AddUnrecorded(next);
        }
        else if (evict && !_run.IsBusy)
        {
            AddUnrecorded(next);
            next.Release = new InstanceRelease(_run.NextTimer, Mail, _nextSequence);
        }
    }

    /// <summary>The run is over: its end, or its beginning anew, becomes durable.</summary>
    private void Conclude(InstanceCommit next)
    {
        var at = EventTime();
        var messages = next.TakeAll(TakeMessages());
        if (messages.Exists(m => m is PurgeRequested))
        {
            next.Purge = true;
            return;
        }

        AddSends(next);
        if (_run.ContinueAsNew is { } again && !_run.HasFailed)
        {
            if (messages.OfType<TerminateRequested>().FirstOrDefault() is { } terminate)
            {
                Terminate(next, terminate, at);
                return;
            }

            BeginAnew(next, again, at);
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
                failure = TaskFailureDetails.FromException(exception);
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
            End(next, OrchestrationRuntimeStatus.Failed, $"{failure.ErrorType}: {failure.ErrorMessage}", failure, at);
        }
    }

    private void Terminate(InstanceCommit next, TerminateRequested terminate, DateTime at)
    {
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
        AddUnrecorded(next);
        var stored = failure is null ? null : FailureCodec.Write(failure);
        next.Update = new InstanceUpdate(status, output, _run.CustomStatus, stored, at, Ended: true);
        if (_record is { ParentId: { } parent, ParentTaskId: { } task })
        {
            (next.Outgoing ??= []).Add(status is OrchestrationRuntimeStatus.Completed
                ? new InboxMessage(parent, InboxMessageKind.ChildCompleted, Data: output, TaskId: task)
                : new InboxMessage(parent, InboxMessageKind.ChildFailed, Data: stored ?? FailureCodec.Write(Terminated()), TaskId: task));
        }
    }

    private void BeginAnew(InstanceCommit next, ContinueAsNewRequest again, DateTime at)
    {
        CancelActivities();
        var version = again.Version ?? _record.Version;
        next.FirstSequence = 0;
        next.Renewal = new InstanceRenewal(again.Input, version, at);
        next.Events = again.PreserveUnprocessedEvents
            ? [.. _run.Events.Unprocessed.Select(e => new HistoryEvent(HistoryEventType.EventRaised, at, Name: e.Name, Data: e.Data))]
            : [];
        foreach (var message in next.Messages)
        {
            switch (message)
            {
                case EventArrived arrived when again.PreserveUnprocessedEvents:
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
                default:
                    break;
            }
        }

        _record = _record with { Input = again.Input, Version = version, StartedAt = at, CustomStatus = null, DeliveredTo = 0 };
        _runNumber++;
        _nextSequence = next.Events.Count;
        _begun = false;
        _run = NewRun();
    }

    private void AddUnrecorded(InstanceCommit next)
    {
        if (_run.Unrecorded.Count > 0)
        {
            // Actions stand before the events that came after them.
            (next.Events ??= []).InsertRange(0, _run.Unrecorded);
            _run.Unrecorded.Clear();
        }

        _nextSequence = next.FirstSequence + (next.Events?.Count ?? 0);
    }

    private InstanceUpdate StatusNow(DateTime at, string? output) => new(
        _run.IsSuspended ? OrchestrationRuntimeStatus.Suspended : OrchestrationRuntimeStatus.Running,
        output,
        _run.CustomStatus,
        Failure: null,
        at,
        Ended: false);

    private TaskFailureDetails Terminated() => new(
        typeof(OperationCanceledException).FullName!,
        $"Orchestration '{_record.Name}' ({Id}) was terminated.",
        null,
        null,
        null);

    private void RefuseChild(int taskId, string reason) => Post(new ChildEnded(
        taskId,
        null,
        FailureCodec.Write(new TaskFailureDetails(typeof(InvalidOperationException).FullName!, reason, null, null, null))));

    private void AddSends(InstanceCommit next)
    {
        foreach (var send in _run.TakeSends())
        {
            (next.Outgoing ??= []).Add(new InboxMessage(send.TargetId, InboxMessageKind.Event, send.Name, send.Data));
        }
    }
}
