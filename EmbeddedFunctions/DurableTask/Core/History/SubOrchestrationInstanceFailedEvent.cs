namespace DurableTask.Core.History;

/// <summary>A sub-orchestration failed.</summary>
public class SubOrchestrationInstanceFailedEvent : HistoryEvent
{
    /// <summary>Makes the event.</summary>
    public SubOrchestrationInstanceFailedEvent(int eventId, int taskScheduledId, string? reason, string? details, FailureDetails? failureDetails)
        : base(eventId)
    {
        TaskScheduledId = taskScheduledId;
        Reason = reason;
        Details = details;
        FailureDetails = failureDetails;
    }

    /// <inheritdoc/>
    public override EventType EventType => EventType.SubOrchestrationInstanceFailed;

    /// <summary>The call's number.</summary>
    public int TaskScheduledId { get; }

    /// <summary>The failure's message.</summary>
    public string? Reason { get; }

    /// <summary>The failure as text.</summary>
    public string? Details { get; }

    /// <summary>The failure.</summary>
    public FailureDetails? FailureDetails { get; internal set; }
}
