using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.Core.Tracing;

namespace DurableTask.PostgreSQL.Storage;

/// <summary>The fields read from a stored event.</summary>
internal struct EventFields
{
    public EventFields()
    {
    }

    public EventType Type { get; set; }

    public DateTime At { get; set; }

    /// <summary>The event's own id; -1 for none.</summary>
    public int Id { get; set; } = -1;

    /// <summary>The id of the task or timer that it completes.</summary>
    public int Task { get; set; }

    public string? Name { get; set; }

    public string? Version { get; set; }

    public string? Data { get; set; }

    public string? Details { get; set; }

    public FailureDetails? Failure { get; set; }

    public string? Instance { get; set; }

    public string? Execution { get; set; }

    public DateTime FireAt { get; set; }

    public OrchestrationStatus Status { get; set; }

    public Dictionary<string, string>? Tags { get; set; }

    public string? TraceParent { get; set; }

    public string? TraceState { get; set; }

    public string? Span { get; set; }

    public string? Activity { get; set; }

    public DateTimeOffset? Started { get; set; }

    private readonly DistributedTraceContext? Trace => TraceParent is null
        ? null
        : new DistributedTraceContext(TraceParent, TraceState) { SpanId = Span, Id = Activity, ActivityStartTime = Started };

    /// <param name="instance">What an <see cref="ExecutionStartedEvent"/> is taken from; <see langword="null"/> where there can be none.</param>
    public readonly HistoryEvent ToEvent(StoredInstance? instance)
    {
        HistoryEvent e = Type switch
        {
            EventType.ExecutionStarted => Start(instance),
            EventType.ExecutionCompleted or EventType.ExecutionFailed => new ExecutionCompletedEvent(Id, Data, Status, Failure),
            EventType.ContinueAsNew => new ContinueAsNewEvent(Id, Data),
            EventType.ExecutionTerminated => new ExecutionTerminatedEvent(Id, Data),
            EventType.ExecutionSuspended => new ExecutionSuspendedEvent(Id, Data),
            EventType.ExecutionResumed => new ExecutionResumedEvent(Id, Data),
            EventType.ExecutionRewound => new ExecutionRewoundEvent(Id, Data)
            {
                ParentExecutionId = Execution,
                InstanceId = Instance,
                ParentTraceContext = Trace,
            },
            EventType.TaskScheduled => new TaskScheduledEvent(Id, Name!, Version, Data) { Tags = Tags, ParentTraceContext = Trace },
            EventType.TaskCompleted => new TaskCompletedEvent(Id, Task, Data),
            EventType.TaskFailed => new TaskFailedEvent(Id, Task, Data, Details, Failure),
            EventType.SubOrchestrationInstanceCreated => new SubOrchestrationInstanceCreatedEvent(Id)
            {
                InstanceId = Instance,
                Name = Name,
                Version = Version,
                Input = Data,
                ClientSpanId = Span,
                Tags = Tags,
            },
            EventType.SubOrchestrationInstanceCompleted => new SubOrchestrationInstanceCompletedEvent(Id, Task, Data),
            EventType.SubOrchestrationInstanceFailed => new SubOrchestrationInstanceFailedEvent(Id, Task, Data, Details, Failure),
            EventType.TimerCreated => new TimerCreatedEvent(Id, FireAt),
            EventType.TimerFired => new TimerFiredEvent(Id, FireAt) { TimerId = Task },
            EventType.OrchestratorStarted => new OrchestratorStartedEvent(Id),
            EventType.OrchestratorCompleted => new OrchestratorCompletedEvent(Id),
            EventType.EventSent => new EventSentEvent(Id) { InstanceId = Instance, Name = Name, Input = Data },
            EventType.EventRaised => new EventRaisedEvent(Id, Data) { Name = Name, ParentTraceContext = Trace },
            EventType.GenericEvent => new GenericEvent(Id, Data),
            _ => throw new InvalidOperationException($"A stored event is of type {(int)Type}, which this version does not know."),
        };
        e.Timestamp = At;
        return e;
    }

    private readonly ExecutionStartedEvent Start(StoredInstance? instance)
    {
        var started = instance!.ToExecutionStarted();
        started.ParentTraceContext = Trace ?? started.ParentTraceContext;
        return started;
    }
}
