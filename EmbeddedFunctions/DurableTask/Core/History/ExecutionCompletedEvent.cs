namespace DurableTask.Core.History;

/// <summary>The orchestration ended.</summary>
public class ExecutionCompletedEvent : HistoryEvent
{
    /// <summary>Makes the event.</summary>
    public ExecutionCompletedEvent(int eventId, string? result, OrchestrationStatus orchestrationStatus, FailureDetails? failureDetails = null)
        : base(eventId)
    {
        Result = result;
        OrchestrationStatus = orchestrationStatus;
        FailureDetails = failureDetails;
    }

    /// <inheritdoc/>
    public override EventType EventType => EventType.ExecutionCompleted;

    /// <summary>The result as JSON, or the failure as text.</summary>
    public string? Result { get; }

    /// <summary>How it ended.</summary>
    public OrchestrationStatus OrchestrationStatus { get; }

    /// <summary>The failure of one that failed.</summary>
    public FailureDetails? FailureDetails { get; }
}
