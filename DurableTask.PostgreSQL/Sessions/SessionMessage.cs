using DurableTask.Core;
using DurableTask.Core.History;

namespace DurableTask.PostgreSQL.Sessions;

/// <summary>A message on its way to an orchestration that this node holds.</summary>
/// <param name="Event">The event.</param>
/// <param name="ExecutionId">The generation that it is for; <see langword="null"/> for any.</param>
internal sealed record SessionMessage(HistoryEvent Event, string? ExecutionId = null)
{
    /// <summary>Its number in the inbox; 0 when it came in memory and is not stored.</summary>
    public long InboxId { get; init; }

    /// <summary>Completed once the message is durable, with <see langword="false"/> when the session could not take it.</summary>
    public TaskCompletionSource<bool>? Acknowledgement { get; init; }

    public TaskMessage ToTaskMessage(string instanceId) => new()
    {
        OrchestrationInstance = new OrchestrationInstance { InstanceId = instanceId, ExecutionId = ExecutionId },
        Event = Event,
    };
}
