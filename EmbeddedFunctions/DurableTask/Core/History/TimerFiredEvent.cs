namespace DurableTask.Core.History;

/// <summary>A timer fired.</summary>
public class TimerFiredEvent : HistoryEvent
{
    /// <summary>Makes the event.</summary>
    public TimerFiredEvent(int eventId, DateTime fireAt)
        : base(eventId)
        => FireAt = fireAt;

    /// <inheritdoc/>
    public override EventType EventType => EventType.TimerFired;

    /// <summary>When it was to fire, in UTC.</summary>
    public DateTime FireAt { get; set; }

    /// <summary>The timer's number.</summary>
    public int TimerId { get; set; }
}
