// Nothing is said about null here, as in the official type: code that was written against it compiles as it did.
#nullable disable

namespace DurableTask.Core.History;

/// <summary>A sub-orchestration was called; the event's number is the call's.</summary>
public class SubOrchestrationInstanceCreatedEvent : HistoryEvent
{
    /// <summary>Makes the event.</summary>
    public SubOrchestrationInstanceCreatedEvent(int eventId)
        : base(eventId)
    {
    }

    /// <inheritdoc/>
    public override EventType EventType => EventType.SubOrchestrationInstanceCreated;

    /// <summary>The orchestrator's name.</summary>
    public string Name { get; set; }

    /// <summary>The orchestrator's version.</summary>
    public string Version { get; set; }

    /// <summary>The child's id.</summary>
    public string InstanceId { get; set; }

    /// <summary>The input as JSON.</summary>
    public string Input { get; set; }

    /// <summary>Names and values that accompany it.</summary>
    public IDictionary<string, string> Tags { get; set; }
}
