// Nothing is said about null here, as in the official type: code that was written against it compiles as it did.
#nullable disable

namespace DurableTask.Core.History;

/// <summary>An activity gave its result.</summary>
public class TaskCompletedEvent : HistoryEvent
{
    /// <summary>Makes the event.</summary>
    public TaskCompletedEvent(int eventId, int taskScheduledId, string result)
        : base(eventId)
    {
        TaskScheduledId = taskScheduledId;
        Result = result;
    }

    /// <inheritdoc/>
    public override EventType EventType => EventType.TaskCompleted;

    /// <summary>The call's number.</summary>
    public int TaskScheduledId { get; }

    /// <summary>The result as JSON.</summary>
    public string Result { get; }
}
