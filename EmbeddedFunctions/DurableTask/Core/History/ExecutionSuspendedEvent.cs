// Nothing is said about null here, as in the official type: code that was written against it compiles as it did.
#nullable disable

namespace DurableTask.Core.History;

/// <summary>A client paused the orchestration.</summary>
public class ExecutionSuspendedEvent : HistoryEvent
{
    /// <summary>Makes the event.</summary>
    public ExecutionSuspendedEvent(int eventId, string reason)
        : base(eventId)
        => Reason = reason;

    /// <inheritdoc/>
    public override EventType EventType => EventType.ExecutionSuspended;

    /// <summary>Why.</summary>
    public string Reason { get; set; }
}
