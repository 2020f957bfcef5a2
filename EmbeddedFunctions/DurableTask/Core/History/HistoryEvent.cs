namespace DurableTask.Core.History;

/// <summary>One event of an orchestration's history.</summary>
public abstract class HistoryEvent
{
    /// <summary>Makes an event.</summary>
    /// <param name="eventId">The number of the action it belongs to; -1 for none.</param>
    protected HistoryEvent(int eventId) => EventId = eventId;

    /// <summary>The number of the action that the event tells of; -1 for events that are no action.</summary>
    public int EventId { get; internal set; }

    /// <summary>Whether the orchestrator has gone through the event.</summary>
    public bool IsPlayed { get; set; }

    /// <summary>When it happened, in UTC.</summary>
    public DateTime Timestamp { get; set; }

    /// <summary>What the event tells.</summary>
    public virtual EventType EventType { get; }
}
