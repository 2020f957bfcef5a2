namespace DurableTask.Core.History;

/// <summary>An activity failed.</summary>
public class TaskFailedEvent : HistoryEvent
{
    /// <summary>Makes the event.</summary>
    public TaskFailedEvent(int eventId, int taskScheduledId, string? reason, string? details, FailureDetails? failureDetails)
        : base(eventId)
    {
        TaskScheduledId = taskScheduledId;
        Reason = reason;
        Details = details;
        FailureDetails = failureDetails;
    }

    /// <inheritdoc/>
    public override EventType EventType => EventType.TaskFailed;

    /// <summary>The call's number.</summary>
    public int TaskScheduledId { get; }

    /// <summary>The failure's message.</summary>
    public string? Reason { get; }

    /// <summary>The failure as text.</summary>
    public string? Details { get; }

    /// <summary>The failure.</summary>
    public FailureDetails? FailureDetails { get; }
}
