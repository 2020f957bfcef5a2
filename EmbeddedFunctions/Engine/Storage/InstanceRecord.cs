using Microsoft.DurableTask.Client;

namespace EmbeddedFunctions.Engine.Storage;

/// <summary>An orchestration instance as its row holds it.</summary>
internal sealed record InstanceRecord
{
    public required string Id { get; init; }

    /// <summary>Differs for each run that took over an ended run's id.</summary>
    public required Guid ExecutionId { get; init; }

    public required string Name { get; init; }

    public string Version { get; init; } = string.Empty;

    public OrchestrationRuntimeStatus Status { get; init; } = OrchestrationRuntimeStatus.Pending;

    public string? Input { get; init; }

    public string? Output { get; init; }

    public string? CustomStatus { get; init; }

    /// <summary>The failure's details as JSON, of a failed instance.</summary>
    public string? Failure { get; init; }

    public required DateTime CreatedAt { get; init; }

    public DateTime UpdatedAt { get; init; }

    public DateTime? CompletedAt { get; init; }

    /// <summary>The orchestrator's clock at its first step; fixed before it is seen.</summary>
    public DateTime? StartedAt { get; init; }

    /// <summary>Not to be started before; <see langword="null"/> for at once.</summary>
    public DateTime? StartAt { get; init; }

    /// <summary>The node that holds it; <see langword="null"/> when it waits in the database.</summary>
    public long? Owner { get; init; }

    /// <summary>When an instance without owner wants to be taken; <see langword="null"/>: a message wakes it.</summary>
    public DateTime? WakeAt { get; init; }

    /// <summary>Counts messages that came through the inbox, so that none is overlooked when the instance is let go.</summary>
    public long Mail { get; init; }

    /// <summary>
    /// Above zero once the orchestrator's code has run for certain. Below zero: as many events at the start of the history come from
    /// the run before, and the code has not seen them unless there are more.
    /// </summary>
    public int DeliveredTo { get; init; }

    public string? ParentId { get; init; }

    public string? ParentName { get; init; }

    public int? ParentTaskId { get; init; }

    /// <summary>Tags as a JSON object.</summary>
    public string? Tags { get; init; }

    /// <summary>W3C <c>traceparent</c> of the starter.</summary>
    public string? TraceParent { get; init; }

    public bool IsEnded => Status is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed
        or OrchestrationRuntimeStatus.Terminated;
}
