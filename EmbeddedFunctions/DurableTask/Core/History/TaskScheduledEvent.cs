namespace DurableTask.Core.History;

/// <summary>An activity was called; the event's number is the call's.</summary>
public class TaskScheduledEvent : HistoryEvent
{
    /// <summary>Makes the event.</summary>
    public TaskScheduledEvent(int eventId, string? name, string? version = null, string? input = null)
        : base(eventId)
    {
        Name = name;
        Version = version;
        Input = input;
    }

    /// <inheritdoc/>
    public override EventType EventType => EventType.TaskScheduled;

    /// <summary>The activity's name.</summary>
    public string? Name { get; set; }

    /// <summary>The activity's version.</summary>
    public string? Version { get; set; }

    /// <summary>The input as JSON.</summary>
    public string? Input { get; set; }

    /// <summary>Names and values that accompany it.</summary>
    public IDictionary<string, string>? Tags { get; set; }
}
