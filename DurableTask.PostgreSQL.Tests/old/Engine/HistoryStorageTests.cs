using EmbeddedFunctions.Engine;
using EmbeddedFunctions.Engine.Storage;
using FsCheck;
using FsCheck.Fluent;
using FunctionApp.Tests.Hosting;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Npgsql;

namespace FunctionApp.Tests.EmbeddedFunctions.Engine;

/// <summary>What the table of histories holds, for the engine and for people who look into it.</summary>
[Collection(LocalServicesCollection.Name)]
public sealed class HistoryStorageTests(LocalServicesFixture services)
{
    private const string ToEarlierForm =
        """
        create table durable.earlier as select * from durable.history_events;
        drop view durable.history_events;
        drop table durable.history;
        alter table durable.earlier rename to history;
        alter table durable.history add constraint history_pkey primary key (instance_id, seq)
        """;

    [Fact]
    public void Events_AreReadAsTheyWereWritten()
    {
        // A text with half a surrogate pair can be written by no database: what stands for it is another rule.
        var text = ArbMap.Default.GeneratorFor<string?>().Where(t => t is null || !t.Any(char.IsSurrogate));
        var events =
            from type in Gen.Elements(Enum.GetValues<HistoryEventType>())
            from microseconds in Gen.Choose(0, int.MaxValue)
            from task in Gen.Choose(-1, 100_000)
            from name in text
            from data in text
            from reference in text
            select new HistoryEvent(type, DateTime.UnixEpoch.AddDays(20_000).AddMicroseconds(microseconds), task, name, data, reference);

        Prop.ForAll(Arb.From(Gen.ListOf(events)), list =>
        {
            List<HistoryEvent> read = [];
            HistoryCodec.Read(HistoryCodec.Write([.. list]), read);
            return read.SequenceEqual(list) && read.TrueForAll(e => e.At.Kind is DateTimeKind.Utc);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Failures_AreReadAsTheyWereWritten_WithInnerOnesAndProperties()
    {
        var inner = new TaskFailureDetails("Deep", "the cause", StackTrace: null, InnerFailure: null, new Dictionary<string, object?> { ["code"] = 42d });
        var failure = new TaskFailureDetails("Outer", "what came of it", "at Somewhere", inner, new Dictionary<string, object?>
        {
            ["text"] = "t\u00fc",
            ["yes"] = true,
            ["nothing"] = null,
        });

        var read = FailureCodec.Read(FailureCodec.Write(failure));

        Assert.Equal(("Outer", "what came of it", "at Somewhere"), (read.ErrorType, read.ErrorMessage, read.StackTrace));
        Assert.Equal(failure.Properties, read.Properties);
        Assert.Equal(("Deep", "the cause"), (read.InnerFailure!.ErrorType, read.InnerFailure.ErrorMessage));
        Assert.Equal(inner.Properties, read.InnerFailure.Properties);
        Assert.Null(read.InnerFailure.InnerFailure);
    }

    [Fact]
    public async Task HistoryEvents_ShowEachEventAsARow()
    {
        var connectionString = await services.CreateDatabaseAsync();
        var odd = "\"quoted\" \\ \n\t ü 漢字 🚀 \u2028 " + new string('x', 100_000);
        var functions = new TestFunctions()
            .Activity<string, string>("Echo", s => s)
            .Orchestrator("Echoes", async context =>
            {
                await context.CallActivityAsync<string>("Echo", context.GetInput<string>()!);
                return await context.CallActivityAsync<string>("Echo", "plain");
            });
        await using var node = await EngineNode.StartAsync(connectionString, functions);
        var end = await node.RunAsync("Echoes", odd);

        await using var database = NpgsqlDataSource.Create(connectionString);
        var rows = await RowsAsync(database, end.InstanceId);

        Assert.Equal(Enumerable.Range(0, 5), rows.Select(r => r.Seq));
        Assert.Equal(
            [HistoryEventType.TaskScheduled, HistoryEventType.TaskCompleted, HistoryEventType.TaskScheduled, HistoryEventType.TaskCompleted, HistoryEventType.Completed],
            rows.Select(r => r.Type));
        Assert.Equal([0, 0, 1, 1, -1], rows.Select(r => r.TaskId));
        Assert.Equal(["Echo", null, "Echo", null, "Completed"], rows.Select(r => r.Name));
        Assert.Equal(odd, System.Text.Json.JsonSerializer.Deserialize<string>(rows[1].Data!));
        Assert.All(rows, r => Assert.InRange(r.At, end.CreatedAt.UtcDateTime, end.LastUpdatedAt.UtcDateTime));
    }

    [Fact]
    public async Task Start_OnATaskHubWithARowAnEvent_GoesOnWithWhatIsThere()
    {
        var connectionString = await services.CreateDatabaseAsync();
        await using var database = NpgsqlDataSource.Create(connectionString);
        TestFunctions Functions() => new TestFunctions()
            .Activity<string, string>("Say", s => s + "!")
            .Orchestrator("Talks", async context =>
            {
                var first = await context.CallActivityAsync<string>("Say", $"\"first\" \n{context.NewGuid()}");
                var heard = await context.WaitForExternalEvent<string>("word");
                return first + heard + await context.CallActivityAsync<string>("Say", "last");
            });
        string ended, waiting;
        await using (var node = await EngineNode.StartAsync(connectionString, Functions()))
        {
            waiting = await node.Client.ScheduleNewOrchestrationInstanceAsync("Talks");
            await Eventually.TrueAsync(async () => (await node.HistoryAsync(waiting)).Contains("TaskCompleted"));
            ended = await node.Client.ScheduleNewOrchestrationInstanceAsync("Talks");
            await node.Client.RaiseEventAsync(ended, "word", "x");
            await node.EndOfAsync(ended);
        }

        var (endedBefore, waitingBefore) = (await RowsAsync(database, ended), await RowsAsync(database, waiting));
        await using (var command = database.CreateCommand(ToEarlierForm))
        {
            await command.ExecuteNonQueryAsync();
        }

        await using var next = await EngineNode.StartAsync(connectionString, Functions());
        Assert.Equal(endedBefore, await RowsAsync(database, ended));
        Assert.Equal(waitingBefore, (await RowsAsync(database, waiting)).Take(waitingBefore.Count));
        await next.Client.RaiseEventAsync(waiting, "word", "heard");
        var end = await next.EndOfAsync(waiting);

        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        Assert.EndsWith("!heardlast!", end.ReadOutputAs<string>(), StringComparison.Ordinal);
    }

    private static async Task<List<EventRow>> RowsAsync(NpgsqlDataSource database, string id)
    {
        await using var command = database.CreateCommand(
            "select seq, type, at, task_id, name, data from durable.history_events where instance_id = $1 order by seq");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
        await using var reader = await command.ExecuteReaderAsync();
        List<EventRow> rows = [];
        while (await reader.ReadAsync())
        {
            rows.Add(new EventRow(
                reader.GetInt32(0),
                (HistoryEventType)reader.GetInt16(1),
                reader.GetDateTime(2),
                reader.GetInt32(3),
                await reader.IsDBNullAsync(4) ? null : reader.GetString(4),
                await reader.IsDBNullAsync(5) ? null : reader.GetString(5)));
        }

        return rows;
    }

    private sealed record EventRow(int Seq, HistoryEventType Type, DateTime At, int TaskId, string? Name, string? Data);
}
