// Nothing is said about null here, as in the official type: code that was written against it compiles as it did.
#nullable disable

namespace DurableTask.Core.History;

/// <summary>The orchestration started.</summary>
public class ExecutionStartedEvent : HistoryEvent
{
    /// <summary>Makes the event.</summary>
    public ExecutionStartedEvent(int eventId, string input)
        : base(eventId)
        => Input = input;

    /// <inheritdoc/>
    public override EventType EventType => EventType.ExecutionStarted;

    /// <summary>The input as JSON.</summary>
    public string Input { get; set; }

    /// <summary>The run.</summary>
    public OrchestrationInstance OrchestrationInstance { get; set; }

    /// <summary>The orchestration that called it; <see langword="null"/> at the top.</summary>
    public ParentInstance ParentInstance { get; set; }

    /// <summary>The orchestrator's name.</summary>
    public string Name { get; set; }

    /// <summary>The instance's version.</summary>
    public string Version { get; set; }

    /// <summary>Names and values that accompany it.</summary>
    public IDictionary<string, string> Tags { get; set; }

    /// <summary>When it was to start, in UTC; <see langword="null"/> for at once.</summary>
    public DateTime? ScheduledStartTime { get; set; }
}
