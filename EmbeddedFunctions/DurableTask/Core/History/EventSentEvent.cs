// Nothing is said about null here, as in the official type: code that was written against it compiles as it did.
#nullable disable

namespace DurableTask.Core.History;

/// <summary>An event was sent to another instance.</summary>
public class EventSentEvent : HistoryEvent
{
    /// <summary>Makes the event.</summary>
    public EventSentEvent(int eventId)
        : base(eventId)
    {
    }

    /// <inheritdoc/>
    public override EventType EventType => EventType.EventSent;

    /// <summary>The other instance.</summary>
    public string InstanceId { get; set; }

    /// <summary>The event's name.</summary>
    public string Name { get; set; }

    /// <summary>The payload as JSON.</summary>
    public string Input { get; set; }
}
