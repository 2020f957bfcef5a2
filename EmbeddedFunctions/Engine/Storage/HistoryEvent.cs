using System.Globalization;

namespace EmbeddedFunctions.Engine.Storage;

/// <summary>What happened to an orchestration. The numbers are stored: they are never reused.</summary>
internal enum HistoryEventType : short
{
    TaskScheduled = 1,
    TaskCompleted = 2,
    TaskFailed = 3,
    TimerCreated = 4,
    TimerFired = 5,
    SubOrchestrationCreated = 6,
    SubOrchestrationCompleted = 7,
    SubOrchestrationFailed = 8,
    EventRaised = 9,
    EventSent = 10,
    Suspended = 11,
    Resumed = 12,
    Terminated = 13,
    Completed = 14,
}

/// <summary>One event of an orchestration's history.</summary>
/// <param name="Type">What happened.</param>
/// <param name="At">When, in UTC, to the microsecond (what PostgreSQL keeps).</param>
/// <param name="TaskId">The action it belongs to; <see cref="NoTask"/> where it belongs to none.</param>
/// <param name="Name">Name of the activity, orchestrator or event.</param>
/// <param name="Data">Input, result, reason or failure, as JSON.</param>
/// <param name="Reference">The other instance (sub-orchestration, sent event), or when a timer fires (round-trip format).</param>
internal sealed record HistoryEvent(
    HistoryEventType Type,
    DateTime At,
    int TaskId = HistoryEvent.NoTask,
    string? Name = null,
    string? Data = null,
    string? Reference = null)
{
    /// <summary>The task id of an event that belongs to no action.</summary>
    public const int NoTask = -1;

    /// <summary>Whether the orchestrator's code caused it, as against something that came to the orchestrator.</summary>
    public bool IsAction => Type is HistoryEventType.TaskScheduled or HistoryEventType.TimerCreated
        or HistoryEventType.SubOrchestrationCreated or HistoryEventType.EventSent;

    /// <summary>Whether it is a timer that was due when it was set, as one is set after the last attempt under a retry policy.</summary>
    public bool IsTimerOfNoLength => Type is HistoryEventType.TimerCreated
        && DateTime.Parse(Reference!, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind) <= At;

    /// <summary>The action in words, as an error names it.</summary>
    public string Describe() => Type switch
    {
        HistoryEventType.TaskScheduled => $"a call of activity '{Name}'",
        HistoryEventType.TimerCreated => "a timer",
        HistoryEventType.SubOrchestrationCreated => $"a call of sub-orchestration '{Name}'",
        HistoryEventType.EventSent => $"sending event '{Name}'",
        _ => Type.ToString(),
    };
}
