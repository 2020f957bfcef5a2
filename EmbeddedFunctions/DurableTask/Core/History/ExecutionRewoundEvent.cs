namespace DurableTask.Core.History;

/// <summary>A client took the orchestration back to before its failure.</summary>
public class ExecutionRewoundEvent : HistoryEvent
{
    /// <summary>Makes the event.</summary>
    public ExecutionRewoundEvent(int eventId, string? reason)
        : base(eventId)
        => Reason = reason;

    /// <inheritdoc/>
    public override EventType EventType => EventType.ExecutionRewound;

    /// <summary>Why.</summary>
    public string? Reason { get; set; }
}
