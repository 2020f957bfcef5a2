using DurableTask.Core;
using DurableTask.Core.History;
using EmbeddedFunctions.Engine;
using EmbeddedFunctions.Engine.Client;
using EmbeddedFunctions.Engine.Storage;
using Microsoft.DurableTask;
using Recorded = EmbeddedFunctions.Engine.Storage.HistoryEvent;

namespace FunctionApp.Tests.EmbeddedFunctions.Engine;

public sealed class OfficialHistoryTests
{
    private static readonly DateTime Noon = new(2026, 1, 2, 12, 0, 0, DateTimeKind.Utc);

    private static readonly InstanceRecord Instance = new()
    {
        Id = "o-1",
        ExecutionId = Guid.Empty,
        Name = "Order",
        Version = "2",
        Input = "1",
        CreatedAt = Noon,
        StartedAt = Noon,
        ParentId = "p-1",
        ParentName = "Parent",
        ParentTaskId = 3,
        Tags = """{"a":"b"}""",
    };

    [Fact]
    public void Of_Nothing_IsTheStart()
    {
        var started = Assert.IsType<ExecutionStartedEvent>(Assert.Single(OfficialHistory.Of(Instance, [])));

        Assert.Equal((EventType.ExecutionStarted, Noon, true), (started.EventType, started.Timestamp, started.IsPlayed));
        Assert.Equal(("Order", "2", "1", "o-1"), (started.Name, started.Version, started.Input, started.OrchestrationInstance.InstanceId));
        Assert.Equal(("Parent", "p-1", 3), (started.ParentInstance.Name, started.ParentInstance.OrchestrationInstance.InstanceId, started.ParentInstance.TaskScheduleId));
        Assert.Equal("b", started.Tags["a"]);
    }

    [Fact]
    public void Of_EveryRecordedType_HasItsOfficialType()
    {
        var failure = FailureCodec.Write(TaskFailureDetails.FromException(new FormatException("bad", new TimeoutException("late"))));
        var recorded = Enum.GetValues<HistoryEventType>().Select((type, second) => new Recorded(
            type,
            Noon.AddSeconds(second),
            TaskId: 7,
            Name: "Name",
            Data: type is HistoryEventType.TaskFailed or HistoryEventType.SubOrchestrationFailed ? failure : "\"data\"",
            Reference: type is HistoryEventType.TimerCreated ? Noon.AddHours(1).ToString("O") : "other")).ToList();

        var history = OfficialHistory.Of(Instance, recorded)[1..];

        Assert.Equal(
            [
                EventType.TaskScheduled, EventType.TaskCompleted, EventType.TaskFailed, EventType.TimerCreated, EventType.TimerFired,
                EventType.SubOrchestrationInstanceCreated, EventType.SubOrchestrationInstanceCompleted, EventType.SubOrchestrationInstanceFailed,
                EventType.EventRaised, EventType.EventSent, EventType.ExecutionSuspended, EventType.ExecutionResumed, EventType.ExecutionTerminated,
                EventType.ExecutionCompleted,
            ],
            history.Select(e => e.EventType));
        Assert.Equal(recorded.Select(e => e.At), history.Select(e => e.Timestamp));
        Assert.Equal([7, -1, -1, 7, -1, 7, -1, -1, -1, 7, -1, -1, -1, -1], history.Select(e => e.EventId));
        Assert.Equal(7, Assert.IsType<TaskCompletedEvent>(history[1]).TaskScheduledId);
        Assert.Equal("System.TimeoutException: late", Assert.IsType<TaskFailedEvent>(history[2]).FailureDetails!.InnerFailure!.ToString());
        Assert.Equal((7, Noon.AddHours(1)), (((TimerFiredEvent)history[4]).TimerId, ((TimerFiredEvent)history[4]).FireAt));
        Assert.Equal(("other", "Name"), (((SubOrchestrationInstanceCreatedEvent)history[5]).InstanceId, ((SubOrchestrationInstanceCreatedEvent)history[5]).Name));
    }

    [Fact]
    public void Of_FailedInstance_EndsWithItsFailure()
    {
        var failure = FailureCodec.Write(TaskFailureDetails.FromException(new FormatException("bad")));

        var ended = (ExecutionCompletedEvent)OfficialHistory.Of(Instance, [new Recorded(HistoryEventType.Completed, Noon, Name: "Failed", Data: failure)])[^1];

        Assert.Equal((OrchestrationStatus.Failed, "bad", "System.FormatException"), (ended.OrchestrationStatus, ended.Result, ended.FailureDetails!.ErrorType));
    }
}
