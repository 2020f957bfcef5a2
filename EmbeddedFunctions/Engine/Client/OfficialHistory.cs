using System.Globalization;
using DurableTask.Core;
using DurableTask.Core.History;
using EmbeddedFunctions.Engine.Storage;
using HistoryEvent = DurableTask.Core.History.HistoryEvent;
using Recorded = EmbeddedFunctions.Engine.Storage.HistoryEvent;

namespace EmbeddedFunctions.Engine.Client;

/// <summary>An instance's recorded history in the official types, as a client reads it.</summary>
internal static class OfficialHistory
{
    // Events that are no action of the orchestrator carry this number officially.
    private const int NoAction = -1;

    /// <summary>The start, which the instance's row tells, followed by what was recorded, in order.</summary>
    public static List<HistoryEvent> Of(InstanceRecord instance, IReadOnlyList<Recorded> recorded)
    {
        var fireTimes = recorded.Where(e => e.Type is HistoryEventType.TimerCreated).ToDictionary(e => e.TaskId, FireTime);
        var history = new List<HistoryEvent>(recorded.Count + 1) { Started(instance) };
        foreach (var e in recorded)
        {
            var told = Translate(e, fireTimes);
            told.Timestamp = e.At;
            told.IsPlayed = true;
            history.Add(told);
        }

        return history;
    }

    private static ExecutionStartedEvent Started(InstanceRecord instance) => new(NoAction, instance.Input)
    {
        Name = instance.Name,
        Version = instance.Version,
        OrchestrationInstance = new OrchestrationInstance { InstanceId = instance.Id, ExecutionId = instance.ExecutionId.ToString("N") },
        ParentInstance = instance.ParentId is null ? null : new ParentInstance
        {
            Name = instance.ParentName,
            OrchestrationInstance = new OrchestrationInstance { InstanceId = instance.ParentId },
            TaskScheduleId = instance.ParentTaskId ?? NoAction,
        },
        Tags = TagCodec.Read(instance.Tags).ToDictionary(StringComparer.Ordinal),
        ScheduledStartTime = instance.StartAt,
        Timestamp = instance.CreatedAt,
        IsPlayed = instance.StartedAt is not null,
    };

    private static HistoryEvent Translate(Recorded e, Dictionary<int, DateTime> fireTimes) => e.Type switch
    {
        HistoryEventType.TaskScheduled => new TaskScheduledEvent(e.TaskId, e.Name, input: e.Data),
        HistoryEventType.TaskCompleted => new TaskCompletedEvent(NoAction, e.TaskId, e.Data),
        HistoryEventType.TaskFailed when FailureCodec.Read(e.Data) is var failure
            => new TaskFailedEvent(NoAction, e.TaskId, failure.ErrorMessage, failure.ToString(), FailureDetails.From(failure)),
        HistoryEventType.TimerCreated => new TimerCreatedEvent(e.TaskId, fireTimes[e.TaskId]),
        HistoryEventType.TimerFired => new TimerFiredEvent(NoAction, fireTimes.GetValueOrDefault(e.TaskId, e.At)) { TimerId = e.TaskId },
        HistoryEventType.SubOrchestrationCreated
            => new SubOrchestrationInstanceCreatedEvent(e.TaskId) { Name = e.Name, InstanceId = e.Reference, Input = e.Data },
        HistoryEventType.SubOrchestrationCompleted => new SubOrchestrationInstanceCompletedEvent(NoAction, e.TaskId, e.Data),
        HistoryEventType.SubOrchestrationFailed when FailureCodec.Read(e.Data) is var failure
            => new SubOrchestrationInstanceFailedEvent(NoAction, e.TaskId, failure.ErrorMessage, failure.ToString(), FailureDetails.From(failure)),
        HistoryEventType.EventRaised => new EventRaisedEvent(NoAction, e.Data) { Name = e.Name },
        HistoryEventType.EventSent => new EventSentEvent(e.TaskId) { InstanceId = e.Reference, Name = e.Name, Input = e.Data },
        HistoryEventType.Suspended => new ExecutionSuspendedEvent(NoAction, e.Data),
        HistoryEventType.Resumed => new ExecutionResumedEvent(NoAction, e.Data),
        HistoryEventType.Terminated => new ExecutionTerminatedEvent(NoAction, e.Data),
        HistoryEventType.Completed => Ended(e),
        _ => throw new InvalidOperationException($"The history holds an event of an unknown type, {e.Type}."),
    };

    private static ExecutionCompletedEvent Ended(Recorded e)
    {
        if (e.Name != nameof(OrchestrationStatus.Failed)) return new ExecutionCompletedEvent(NoAction, e.Data, OrchestrationStatus.Completed);
        var failure = FailureCodec.Read(e.Data);
        return new ExecutionCompletedEvent(NoAction, failure.ErrorMessage, OrchestrationStatus.Failed, FailureDetails.From(failure));
    }

    private static DateTime FireTime(Recorded timer)
        => DateTime.Parse(timer.Reference!, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
}
