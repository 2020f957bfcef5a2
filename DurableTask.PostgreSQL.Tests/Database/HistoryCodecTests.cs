using System.Reflection;
using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.Core.Serializing;
using DurableTask.Core.Tracing;
using DurableTask.PostgreSQL.Storage;

namespace DurableTask.PostgreSQL.Tests.Database;

/// <summary>Events are read as they were written.</summary>
public sealed class HistoryCodecTests
{
    private static readonly StoredInstance Instance = new()
    {
        Id = "i",
        RunId = Guid.NewGuid(),
        ExecutionId = "e",
        Name = "Orchestrator",
        Version = "1",
        Input = "\"input\"",
        CreatedAt = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc),
        Parent = new ParentInstance { OrchestrationInstance = new OrchestrationInstance { InstanceId = "p", ExecutionId = "pe" }, Name = "P", TaskScheduleId = 3 },
        Tags = """{"k":"v"}""",
    };

    public static TheoryData<string> Types() => [.. Samples().Select(e => e.EventType.ToString())];

    [Theory]
    [MemberData(nameof(Types))]
    public void Event_IsReadAsItWasWritten(string type)
    {
        var written = Samples().Single(e => e.EventType.ToString() == type);
        written.Timestamp = new DateTime(2026, 1, 2, 3, 4, 5, 678, DateTimeKind.Utc).AddTicks(1234);
        var read = new List<HistoryEvent>();

        HistoryCodec.Read(HistoryCodec.ToRow([HistoryCodec.Write([written]), HistoryCodec.Write([written])]), Instance, read);

        Assert.Equal(2, read.Count);
        Assert.All(read, e => Assert.Equal(JsonDataConverter.Default.Serialize(written), JsonDataConverter.Default.Serialize(e)));
    }

    [Fact]
    public void EveryTypeOfTheFramework_IsKnown()
    {
        // What the framework itself does not store: a failure's own type (obsolete), and the state's checkpoint.
        var missing = Enum.GetValues<EventType>().Except(Samples().Select(e => e.EventType));

        Assert.Equal([EventType.ExecutionFailed, EventType.HistoryState], missing);
    }

    [Fact]
    public void EveryPropertyOfAnEvent_IsInASample()
    {
        // A property that a later version of the framework adds shows here.
        foreach (var e in Samples())
        {
            var unset = e.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                .Where(p => p.CanWrite && p.GetIndexParameters().Length == 0 && p.GetValue(e) is null or 0 or false)
                .Select(p => $"{e.EventType}.{p.Name}");
            Assert.Empty(unset.Except(
            [
                "ExecutionStarted.Correlation", "ExecutionStarted.Generation", "ExecutionStarted.ParentTraceContext", "ExecutionStarted.ScheduledStartTime",
                "ExecutionStarted.GenerateNewTrace", "TimerCreated.IsLongRunning", "GenericEvent.Data",
            ]));
        }
    }

    [Fact]
    public void PropertiesOfALaterVersion_AreSkipped()
    {
        var read = new List<HistoryEvent>();

        HistoryCodec.Read("""[{"type":15,"at":"2026-01-01T00:00:00Z","name":"e","later":{"a":[1,{}]},"data":"1"}]"""u8, Instance, read);

        Assert.Equal("1", ((EventRaisedEvent)Assert.Single(read)).Input);
    }

    private static HistoryEvent[] Samples() =>
    [
        Instance.ToExecutionStarted(),
        new ExecutionCompletedEvent(1, "\"out\"", OrchestrationStatus.Completed, Failure()),
        new ExecutionTerminatedEvent(-1, "reason"),
        new ExecutionSuspendedEvent(-1, "reason"),
        new ExecutionResumedEvent(-1, "reason"),
        new ExecutionRewoundEvent(-1, "reason") { ParentExecutionId = "pe", InstanceId = "c", ParentTraceContext = Trace() },
        new ContinueAsNewEvent(1, "\"next\""),
        new TaskScheduledEvent(1, "Activity", "2", "\"in \\u0000 'quoted' Ω 𝄞\"") { Tags = Tags(), ParentTraceContext = Trace() },
        new TaskCompletedEvent(-1, 1, "\"result\""),
        new TaskFailedEvent(-1, 1, "reason", "details", Failure()),
        new SubOrchestrationInstanceCreatedEvent(2) { InstanceId = "c", Name = "Child", Version = "3", Input = "\"in\"", ClientSpanId = "00f067aa0ba902b7", Tags = Tags() },
        new SubOrchestrationInstanceCompletedEvent(-1, 2, "\"result\""),
        new SubOrchestrationInstanceFailedEvent(-1, 2, "reason", "details", Failure()),
        new TimerCreatedEvent(3, new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddTicks(7)),
        new TimerFiredEvent(-1, new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc)) { TimerId = 3 },
        new OrchestratorStartedEvent(-1),
        new OrchestratorCompletedEvent(-1),
        new EventSentEvent(4) { InstanceId = "other", Name = "go", Input = "\"x\"" },
        new EventRaisedEvent(-1, "\"x\"") { Name = "go", ParentTraceContext = Trace() },
        new GenericEvent(-1, "data"),
    ];

    private static Dictionary<string, string> Tags() => new() { ["k"] = "v" };

    private static DistributedTraceContext Trace() => new("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "vendor=1")
    {
        Id = "id",
        SpanId = "00f067aa0ba902b7",
        ActivityStartTime = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
    };

    private static FailureDetails Failure() => new(
        "Some.Exception",
        "message",
        "   at stack",
        new FailureDetails("Inner.Exception", "inner", null, null, false),
        isNonRetriable: true,
        new Dictionary<string, object?> { ["text"] = "a", ["number"] = 1d, ["none"] = null });
}
