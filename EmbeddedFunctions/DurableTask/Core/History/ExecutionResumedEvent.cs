// Nothing is said about null here, as in the official type: code that was written against it compiles as it did.
#nullable disable

namespace DurableTask.Core.History;

/// <summary>A client let the orchestration go on.</summary>
public class ExecutionResumedEvent : HistoryEvent
{
    /// <summary>Makes the event.</summary>
    public ExecutionResumedEvent(int eventId, string reason)
        : base(eventId)
        => Reason = reason;

    /// <inheritdoc/>
    public override EventType EventType => EventType.ExecutionResumed;

    /// <summary>Why.</summary>
    public string Reason { get; set; }
}
