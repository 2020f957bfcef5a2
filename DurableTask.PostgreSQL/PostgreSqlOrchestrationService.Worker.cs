using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.PostgreSQL.Sessions;

namespace DurableTask.PostgreSQL;

/// <content>What the framework's dispatchers call.</content>
public sealed partial class PostgreSqlOrchestrationService
{
    /// <inheritdoc/>
    public int TaskOrchestrationDispatcherCount => 1;

    /// <summary>
    /// Twice the orchestrations that may be in memory: the framework lets half of the concurrent work items be extended sessions, and here all are.
    /// </summary>
    public int MaxConcurrentTaskOrchestrationWorkItems => 2 * _options.MaxLiveOrchestrations;

    /// <inheritdoc/>
    public int TaskActivityDispatcherCount => 1;

    /// <inheritdoc/>
    public int MaxConcurrentTaskActivityWorkItems => _options.MaxConcurrentActivities;

    /// <inheritdoc/>
    public BehaviorOnContinueAsNew EventBehaviourForContinueAsNew => BehaviorOnContinueAsNew.Carryover;

    /// <inheritdoc/>
    public bool IsMaxMessageCountExceeded(int currentMessageCount, OrchestrationRuntimeState runtimeState) => false;

    /// <inheritdoc/>
    public int GetDelayInSecondsAfterOnProcessException(Exception exception) => 0;

    /// <inheritdoc/>
    public int GetDelayInSecondsAfterOnFetchException(Exception exception) => 0;

    /// <summary>Waits until an orchestration of this node has something to do.</summary>
    public async Task<TaskOrchestrationWorkItem> LockNextTaskOrchestrationWorkItemAsync(TimeSpan receiveTimeout, CancellationToken cancellationToken) =>
        (await _sessions.NextAsync(cancellationToken))!;

    /// <summary>Nothing to do: what a node holds is its own until it dies.</summary>
    public Task RenewTaskOrchestrationWorkItemLockAsync(TaskOrchestrationWorkItem workItem) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task CompleteTaskOrchestrationWorkItemAsync(
        TaskOrchestrationWorkItem workItem,
        OrchestrationRuntimeState newOrchestrationRuntimeState,
        IList<TaskMessage> outboundMessages,
        IList<TaskMessage> orchestratorMessages,
        IList<TaskMessage> timerMessages,
        TaskMessage continuedAsNewMessage,
        OrchestrationState orchestrationState) =>
        SessionOf(workItem).CheckpointAsync(
            workItem, newOrchestrationRuntimeState, outboundMessages, orchestratorMessages, timerMessages, orchestrationState);

    /// <inheritdoc/>
    public Task AbandonTaskOrchestrationWorkItemAsync(TaskOrchestrationWorkItem workItem)
    {
        SessionOf(workItem).Abandon();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task ReleaseTaskOrchestrationWorkItemAsync(TaskOrchestrationWorkItem workItem)
    {
        if (((SessionWorkItem)workItem).Resources is { } resources)
        {
            await resources.DisposeAsync();
        }

        SessionOf(workItem).EndWorkItem();
    }

    /// <summary>Waits until an orchestration of this node has scheduled an activity.</summary>
    public async Task<TaskActivityWorkItem> LockNextTaskActivityWorkItem(TimeSpan receiveTimeout, CancellationToken cancellationToken) =>
        (await _sessions.Activities.NextAsync(cancellationToken))!;

    /// <summary>Nothing to do: what a node holds is its own until it dies.</summary>
    public Task<TaskActivityWorkItem> RenewTaskActivityWorkItemLockAsync(TaskActivityWorkItem workItem) => Task.FromResult(workItem);

    /// <inheritdoc/>
    public Task CompleteTaskActivityWorkItemAsync(TaskActivityWorkItem workItem, TaskMessage responseMessage)
    {
        ArgumentNullException.ThrowIfNull(responseMessage);
        var activity = (ActivityWorkItem)workItem;
        var result = responseMessage.Event;
        if (result is TaskCompletedEvent completed)
        {
            try
            {
                Payload.Check(completed.Result, _options.MaxPayloadBytes, $"The result of activity '{((TaskScheduledEvent)activity.TaskMessage.Event).Name}'");
            }
            catch (PayloadTooLargeException exception)
            {
                result = new TaskFailedEvent(-1, completed.TaskScheduledId, exception.Message, details: null, new FailureDetails(exception));
            }
        }

        _metrics.ActivityExecuted(result is TaskCompletedEvent);
        _sessions.Activities.Ended();
        activity.Session.CompleteActivity(activity, result);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task AbandonTaskActivityWorkItemAsync(TaskActivityWorkItem workItem)
    {
        _sessions.Activities.Ended();
        _sessions.Abandoned((ActivityWorkItem)workItem);
        return Task.CompletedTask;
    }

    private static OrchestrationSession SessionOf(TaskOrchestrationWorkItem workItem) => (OrchestrationSession)workItem.Session;
}
