// Nothing is said about null here, as in the official type: code that was written against it compiles as it did.
#nullable disable

namespace DurableTask.Core.History;

/// <summary>A client ended the orchestration.</summary>
public class ExecutionTerminatedEvent : HistoryEvent
{
    /// <summary>Makes the event.</summary>
    public ExecutionTerminatedEvent(int eventId, string input)
        : base(eventId)
        => Input = input;

    /// <inheritdoc/>
    public override EventType EventType => EventType.ExecutionTerminated;

    /// <summary>The output it ended with.</summary>
    public string Input { get; set; }
}
