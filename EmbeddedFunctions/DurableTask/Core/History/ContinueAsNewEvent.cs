// Nothing is said about null here, as in the official type: code that was written against it compiles as it did.
#nullable disable

namespace DurableTask.Core.History;

/// <summary>The orchestration started over.</summary>
public class ContinueAsNewEvent : ExecutionCompletedEvent
{
    /// <summary>Makes the event.</summary>
    public ContinueAsNewEvent(int eventId, string input)
        : base(eventId, input, OrchestrationStatus.ContinuedAsNew)
    {
    }

    /// <inheritdoc/>
    public override EventType EventType => EventType.ContinueAsNew;
}
