// Nothing is said about null here, as in the official type: code that was written against it compiles as it did.
#nullable disable

namespace DurableTask.Core.History;

/// <summary>An event came.</summary>
public class EventRaisedEvent : HistoryEvent
{
    /// <summary>Makes the event.</summary>
    public EventRaisedEvent(int eventId, string input)
        : base(eventId)
        => Input = input;

    /// <inheritdoc/>
    public override EventType EventType => EventType.EventRaised;

    /// <summary>The payload as JSON.</summary>
    public string Input { get; set; }

    /// <summary>The event's name.</summary>
    public string Name { get; set; }
}
