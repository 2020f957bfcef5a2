using DurableTask.Core;
using DurableTask.Core.Exceptions;
using DurableTask.Core.History;
using DurableTask.PostgreSQL.Storage;

namespace DurableTask.PostgreSQL.Sessions;

/// <content>From the dispatcher's results to a commit, and back.</content>
internal sealed partial class OrchestrationSession
{
    /// <summary>
    /// Records what an episode led to. Activities and timers start at once: a crash before the commit only repeats them. The end of an orchestration
    /// is waited for, and everything while the database is away.
    /// </summary>
    /// <exception cref="SessionAbortedException">The node lost the instance, or it has failed.</exception>
    public async Task CheckpointAsync(
        TaskOrchestrationWorkItem workItem,
        OrchestrationRuntimeState state,
        IList<TaskMessage> activities,
        IList<TaskMessage> messages,
        IList<TaskMessage> timers,
        OrchestrationState? status)
    {
        // Another generation (continue-as-new) or a rewound history comes as a new state object: it replaces what is stored.
        var isReplaced = !ReferenceEquals(workItem.OrchestrationRuntimeState, state);
        var newEvents = WithInputs(state, activities);
        var isRewound = isReplaced && newEvents.Any(static e => e is ExecutionRewoundEvent);
        if (isRewound)
        {
            KeepExecution(state.ExecutionStartedEvent!, messages);
        }

        if (FindTooLarge(newEvents, messages, status) is { } tooLarge)
        {
            Fail(tooLarge, NewRequest());
            throw new SessionAbortedException(tooLarge.Message, tooLarge);
        }

        var request = NewRequest();
        request.Events = newEvents.Length > 0 ? [HistoryCodec.Write(newEvents)] : null;
        if (isReplaced)
        {
            request.FirstSequence = 0;
            request.Renewal = Renew(state.ExecutionStartedEvent!);
        }

        request.Update = UpdateOf(status);
        foreach (var message in messages)
        {
            AddOutgoing(request, message);
        }

        var hasEnded = request.Update is { Ended: true };
        request.IsUrgent = request.Update is not null || request.Outgoing is not null || request.NewInstances is not null
            || request.Acknowledgements is not null;
        request.IsAwaited = hasEnded || _host.IsDatabaseAway;
        lock (_gate)
        {
            if (_isGone)
            {
                throw new SessionAbortedException();
            }

            _hasEnded = hasEnded;
            _isForAnotherNode |= isReplaced && _host.Versions.Rejects(_instance.Version);
            _isToRewind &= !isRewound;
            _abandoned = 0;
            if (isReplaced)
            {
                _events.Clear();
                _activities.Clear();
                _timers.ForEach(t => t.Cancel());
                _timers.Clear();
            }

            _events.AddRange(newEvents);
            _nextSequence = request.FirstSequence + newEvents.Length;
            _taken.Clear();
        }

        if (isRewound)
        {
            request.ChildrenInDoubt = ChildrenWithoutResult();
            foreach (var rewind in messages.Select(static m => m.Event).OfType<ExecutionRewoundEvent>())
            {
                request.ChildrenInDoubt.Where(c => c.Value == rewind.InstanceId).ToList().ForEach(c => request.ChildrenInDoubt.Remove(c.Key));
            }
        }

        if (HasContent(request))
        {
            _last = (CheckpointRequest)_host.Writer.Enqueue(request, _last);
        }

        lock (_gate)
        {
            if (_isGone && _last is not null)
            {
                // It failed at that moment: nothing may be written after its end.
                _host.Writer.Drop(_last);
            }
        }

        Start(activities, timers);
        if (isRewound)
        {
            // Starts what the remaining history has no result of.
            StartPending();
        }

        if (request.IsAwaited && _last is { } last)
        {
            try
            {
                await last.Written.ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                throw new SessionAbortedException(exception.Message, exception);
            }
        }
    }

    /// <summary>The result of an activity. It is dropped when the orchestration no longer waits for it.</summary>
    public void CompleteActivity(ActivityWorkItem activity, HistoryEvent result)
    {
        lock (_gate)
        {
            if (!_activities.TryGetValue(activity.TaskId, out var awaited) || awaited != activity)
            {
                return;
            }

            _activities.Remove(activity.TaskId);
        }

        PostHere(new SessionMessage(result, activity.TaskMessage.OrchestrationInstance.ExecutionId));
    }

    /// <summary>Whether an activity is still to run.</summary>
    public bool Awaits(ActivityWorkItem activity)
    {
        lock (_gate)
        {
            return _activities.TryGetValue(activity.TaskId, out var awaited) && awaited == activity;
        }
    }

    /// <summary>A checkpoint is durable.</summary>
    internal void Committed(CheckpointRequest request, CommitOutcome outcome)
    {
        request.ConsumedInbox?.ForEach(id => _host.ConsumedInbox.Enqueue((this, id)));
        foreach (var child in request.NewInstances ?? [])
        {
            _host.Settle(child.Instance);
            if (child.Instance.Owner is not null && outcome.Created.Contains(child.Instance.RunId))
            {
                _host.Adopt(child.Instance, []);
            }
        }

        if (request.Outgoing is not null || request.NewInstances is not null)
        {
            // A receiver may be here; its message, or the refusal of a child, is in the inbox.
            _host.LookForMessages();
        }

        if (request.ChildrenInDoubt is { } children)
        {
            // From here on those that end are reported; those that ended before are looked up.
            _host.ConfirmChildren(this, children, isRewind: true);
        }

        if (request.Update is { } update)
        {
            _host.Changed(Id, update);
        }
    }

    /// <summary>A checkpoint will never be durable.</summary>
    internal void CommitFailed(CheckpointRequest request, Exception exception)
    {
        request.NewInstances?.ForEach(n => _host.Settle(n.Instance));
        if (exception is NodeFencedException or ServiceStoppedException)
        {
            Drop();
            return;
        }

        Fail(exception, request);
    }

    /// <summary>
    /// The new events, with the inputs of activities. The framework puts those into the messages alone; here the history is all that is stored, and an
    /// activity that a crash interrupted starts from it.
    /// </summary>
    private static HistoryEvent[] WithInputs(OrchestrationRuntimeState state, IList<TaskMessage> activities)
    {
        HistoryEvent[] events = [.. state.NewEvents];
        if (activities.Count == 0)
        {
            return events;
        }

        // Those of an earlier generation may have the same ids.
        var execution = state.OrchestrationInstance?.ExecutionId;
        var byId = activities
            .Where(message => string.Equals(message.OrchestrationInstance.ExecutionId, execution, StringComparison.Ordinal))
            .ToDictionary(message => message.Event.EventId, message => message.Event);
        for (var n = 0; n < events.Length; n++)
        {
            if (events[n] is TaskScheduledEvent scheduled && byId.TryGetValue(scheduled.EventId, out var withInput))
            {
                events[n] = withInput;
            }
        }

        return events;
    }

    private CheckpointRequest NewRequest()
    {
        var request = new CheckpointRequest(this) { InstanceId = Id, FirstSequence = _nextSequence, SequenceBefore = _nextSequence };
        lock (_gate)
        {
            foreach (var message in _taken)
            {
                if (message.InboxId != 0)
                {
                    (request.ConsumedInbox ??= []).Add(message.InboxId);
                }

                if (message.Acknowledgement is { } acknowledgement)
                {
                    (request.Acknowledgements ??= []).Add(acknowledgement);
                }
            }
        }

        return request;
    }

    private static bool HasContent(CheckpointRequest request) => request.Events is not null || request.Update is not null
        || request.Outgoing is not null || request.NewInstances is not null || request.ConsumedInbox is not null || request.Acknowledgements is not null;

    private InstanceRenewal Renew(ExecutionStartedEvent started)
    {
        var execution = started.OrchestrationInstance.ExecutionId;
        var tags = JsonText.WriteTags(started.Tags);
        _instance = _instance with
        {
            ExecutionId = execution,
            Input = started.Input,
            Version = started.Version ?? string.Empty,
            Tags = tags,
            Status = OrchestrationStatus.Running,
            CustomStatus = null,
        };
        return new InstanceRenewal(execution, started.Input, _instance.Version, tags, Now);
    }

    private DateTime Now => _host.TimeProvider.GetUtcNow().UtcDateTime;

    /// <summary>What has changed in the row; <see langword="null"/> for nothing.</summary>
    private InstanceUpdate? UpdateOf(OrchestrationState? state)
    {
        if (state is null)
        {
            return null;
        }

        var hasEnded = StoredInstance.IsEndedStatus(state.OrchestrationStatus);
        var customStatus = Payload.Storable(state.Status);
        if (!hasEnded && _instance.Dispatches == 0 && state.OrchestrationStatus == _instance.Status
            && string.Equals(customStatus, _instance.CustomStatus, StringComparison.Ordinal))
        {
            return null;
        }

        _instance = _instance with { Status = state.OrchestrationStatus, CustomStatus = customStatus, Dispatches = 0 };
        return new InstanceUpdate(
            state.OrchestrationStatus,
            Payload.Storable(state.Output),
            customStatus,
            state.FailureDetails is { } failure ? JsonText.WriteFailure(failure) : null,
            Now,
            hasEnded);
    }

    private void AddOutgoing(CheckpointRequest request, TaskMessage message)
    {
        if (message.Event is ExecutionStartedEvent started)
        {
            byte[]? refusal = null;
            if (started.ParentInstance is { } parent)
            {
                var failure = new FailureDetails(
                    typeof(OrchestrationAlreadyExistsException).FullName!,
                    $"An orchestration instance with the ID '{started.OrchestrationInstance.InstanceId}' already exists.",
                    stackTrace: null,
                    innerFailure: null,
                    isNonRetriable: true);
                refusal = HistoryCodec.Write(
                    [new SubOrchestrationInstanceFailedEvent(-1, parent.TaskScheduleId, failure.ErrorMessage, details: null, failure)]);
            }

            (request.NewInstances ??= []).Add(new NewInstance(_host.Place(StoredInstance.From(started)), refusal));
            return;
        }

        (request.Outgoing ??= []).Add(new OutgoingMessage(
            message.OrchestrationInstance.InstanceId,
            message.OrchestrationInstance.ExecutionId,
            HistoryCodec.Write([message.Event]),
            message.Event is ExecutionRewoundEvent));
    }
}
