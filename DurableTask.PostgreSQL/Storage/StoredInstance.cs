using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.Core.Tracing;

namespace DurableTask.PostgreSQL.Storage;

/// <summary>An orchestration instance as its row holds it.</summary>
internal sealed record StoredInstance
{
    public required string Id { get; init; }

    /// <summary>Differs for each run that took over the id of one that had ended.</summary>
    public required Guid RunId { get; init; }

    /// <summary>The framework's execution id of the present generation.</summary>
    public required string ExecutionId { get; init; }

    public required string Name { get; init; }

    public string Version { get; init; } = string.Empty;

    public OrchestrationStatus Status { get; init; } = OrchestrationStatus.Pending;

    public string? Input { get; init; }

    public string? Output { get; init; }

    public string? CustomStatus { get; init; }

    /// <summary>The failure's details as JSON, of a failed instance.</summary>
    public string? Failure { get; init; }

    public required DateTime CreatedAt { get; init; }

    public DateTime UpdatedAt { get; init; }

    public DateTime? CompletedAt { get; init; }

    /// <summary>Not to be started before; <see langword="null"/> for at once.</summary>
    public DateTime? StartAt { get; init; }

    /// <summary>The node that holds it; <see langword="null"/> while it waits in the database.</summary>
    public long? Owner { get; init; }

    /// <summary>When an instance without owner is to be taken; <see langword="null"/>: a message wakes it.</summary>
    public DateTime? WakeAt { get; init; }

    /// <summary>Counts the messages that came through the inbox, so that none is missed when the instance is released.</summary>
    public long InboxCount { get; init; }

    /// <summary>How many nodes died with it since its last checkpoint.</summary>
    public int Dispatches { get; init; }

    /// <summary>The orchestration that waits for it; <see langword="null"/> for none.</summary>
    public ParentInstance? Parent { get; init; }

    /// <summary>Tags as a JSON object.</summary>
    public string? Tags { get; init; }

    /// <summary>The starter's trace context: <c>traceparent</c>, or <c>traceparent tracestate</c>.</summary>
    public string? Trace { get; init; }

    public bool IsEnded => IsEndedStatus(Status);

    public static bool IsEndedStatus(OrchestrationStatus status) => status is OrchestrationStatus.Completed or OrchestrationStatus.Failed
        or OrchestrationStatus.Canceled or OrchestrationStatus.Terminated;

    /// <summary>The row of an instance that a message starts. Where it starts is not decided yet.</summary>
    public static StoredInstance From(ExecutionStartedEvent started) => new()
    {
        Id = started.OrchestrationInstance.InstanceId,
        RunId = Guid.NewGuid(),
        ExecutionId = started.OrchestrationInstance.ExecutionId ?? Guid.NewGuid().ToString("N"),
        Name = started.Name,
        Version = started.Version ?? string.Empty,
        Input = Payload.Storable(started.Input),
        CreatedAt = started.Timestamp,
        UpdatedAt = started.Timestamp,
        StartAt = started.ScheduledStartTime?.ToUniversalTime(),
        Parent = started.ParentInstance,
        Tags = JsonText.WriteTags(started.Tags),
        Trace = started.ParentTraceContext is { TraceParent: { } parent } trace
            ? string.IsNullOrEmpty(trace.TraceState) ? parent : $"{parent} {trace.TraceState}"
            : null,
    };

    /// <summary>The event that starts the present generation.</summary>
    public ExecutionStartedEvent ToExecutionStarted() => new(-1, Input)
    {
        OrchestrationInstance = new OrchestrationInstance { InstanceId = Id, ExecutionId = ExecutionId },
        ParentInstance = Parent,
        Name = Name,
        Version = Version,
        Tags = JsonText.ReadTags(Tags),
        ScheduledStartTime = StartAt,
        ParentTraceContext = Trace?.Split(' ', 2) is { } trace ? new DistributedTraceContext(trace[0], trace.Length > 1 ? trace[1] : null) : null,
        Timestamp = CreatedAt,
    };

    /// <summary>The framework's view of it.</summary>
    public OrchestrationState ToState() => new()
    {
        OrchestrationInstance = new OrchestrationInstance { InstanceId = Id, ExecutionId = ExecutionId },
        ParentInstance = Parent,
        Name = Name,
        Version = Version,
        OrchestrationStatus = Status,
        Status = CustomStatus,
        Input = Input,
        Output = Output,
        FailureDetails = Failure is null ? null : JsonText.ReadFailure(Failure),
        Tags = JsonText.ReadTags(Tags),
        CreatedTime = CreatedAt,
        LastUpdatedTime = UpdatedAt,
        CompletedTime = CompletedAt ?? default,
        ScheduledStartTime = StartAt,
    };
}
