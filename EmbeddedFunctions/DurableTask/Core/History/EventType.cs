namespace DurableTask.Core.History;

/// <summary>What an event of an orchestration's history tells.</summary>
public enum EventType
{
    /// <summary>The orchestration started.</summary>
    ExecutionStarted,

    /// <summary>The orchestration ended.</summary>
    ExecutionCompleted,

    /// <summary>Not used: a failed orchestration ends with <see cref="ExecutionCompleted"/>.</summary>
    ExecutionFailed,

    /// <summary>A client ended the orchestration.</summary>
    ExecutionTerminated,

    /// <summary>An activity was called.</summary>
    TaskScheduled,

    /// <summary>An activity gave its result.</summary>
    TaskCompleted,

    /// <summary>An activity failed.</summary>
    TaskFailed,

    /// <summary>A sub-orchestration was called.</summary>
    SubOrchestrationInstanceCreated,

    /// <summary>A sub-orchestration gave its result.</summary>
    SubOrchestrationInstanceCompleted,

    /// <summary>A sub-orchestration failed.</summary>
    SubOrchestrationInstanceFailed,

    /// <summary>A timer was set.</summary>
    TimerCreated,

    /// <summary>A timer fired.</summary>
    TimerFired,

    /// <summary>An episode of the orchestrator began.</summary>
    OrchestratorStarted,

    /// <summary>An episode of the orchestrator ended.</summary>
    OrchestratorCompleted,

    /// <summary>An event was sent to another instance.</summary>
    EventSent,

    /// <summary>An event came.</summary>
    EventRaised,

    /// <summary>The orchestration started over.</summary>
    ContinueAsNew,

    /// <summary>Something else happened.</summary>
    GenericEvent,

    /// <summary>The orchestration's state as a whole.</summary>
    HistoryState,

    /// <summary>A client paused the orchestration.</summary>
    ExecutionSuspended,

    /// <summary>A client let the orchestration go on.</summary>
    ExecutionResumed,

    /// <summary>A client took the orchestration back to before its failure.</summary>
    ExecutionRewound,
}
