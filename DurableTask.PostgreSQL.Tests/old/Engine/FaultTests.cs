using EmbeddedFunctions.Engine;
using EmbeddedFunctions.Engine.Client;
using EmbeddedFunctions.Engine.Nodes;
using EmbeddedFunctions.Engine.Storage;
using FunctionApp.Tests.Hosting;
using Microsoft.DurableTask;
using Npgsql;

namespace FunctionApp.Tests.EmbeddedFunctions.Engine;

/// <summary>What the endurance suite once found, each as small as it gets.</summary>
[Collection(LocalServicesCollection.Name)]
public sealed class FaultTests(LocalServicesFixture services)
{
    [Fact]
    public async Task Acquire_WhenTheHistoriesCannotBeRead_TakesTheInstancesUpLater()
    {
        var connectionString = await services.CreateDatabaseAsync();
        await using var database = NpgsqlDataSource.Create(connectionString);
        var functions = new TestFunctions().Orchestrator("Returns", _ => Task.FromResult("done"));
        await using var node = await EngineNode.StartAsync(connectionString, functions);
        var id = await node.Client.ScheduleNewOrchestrationInstanceAsync(
            "Returns",
            new StartOrchestrationOptions(StartAt: TimeProvider.System.GetUtcNow().AddHours(1)));
        await ExecuteAsync(database, "alter table durable.history rename to history_away; update durable.instances set wake_at = clock_timestamp()");
        await Eventually.TrueAsync(async () => (await node.Engine.Store.FindAsync(id, CancellationToken.None))!.Owner is not null);

        await ExecuteAsync(database, "alter table durable.history_away rename to history");

        Assert.Equal("done", (await node.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Eviction_WhileMailIsHandedOver_DoesNotLoseTheMail()
    {
        var connectionString = await services.CreateDatabaseAsync();
        await using var database = NpgsqlDataSource.Create(connectionString);
        var whileLettingGo = new TaskCompletionSource<Action>();
        var functions = new TestFunctions().Orchestrator("Listens", context =>
        {
            // A custom status is written at the end of every step: the second time, the step that lets the instance go.
            context.SetCustomStatus(new Status(whileLettingGo.Task));
            return context.WaitForExternalEvent<string>("go");
        });
        await using var node = await EngineNode.StartAsync(
            connectionString,
            functions,
            o => o with { IdleBeforeEviction = TimeSpan.Zero, SweepInterval = TimeSpan.FromMilliseconds(50) });
        var id = await node.Client.ScheduleNewOrchestrationInstanceAsync("Listens");
        await Eventually.TrueAsync(async () => (await node.Engine.Store.FindAsync(id, CancellationToken.None))!.CustomStatus is not null);
        var handed = false;
        whileLettingGo.SetResult(() =>
        {
            if (handed || !node.Engine.Host.TryFind(id, out var instance)) return;
            handed = true;
            using var command = database.CreateCommand(
                $"""
                insert into durable.inbox (instance_id, kind, name, data, task_id) values ('{id}', {(int)InboxMessageKind.Event}, 'go', '"heard"', -1);
                update durable.instances set mail = mail + 1 where id = '{id}'
                """);
            command.ExecuteNonQuery();
            SpinWait.SpinUntil(() => instance.Mail > 0, TimeSpan.FromSeconds(20));
        });

        Assert.Equal("heard", (await node.EndOfAsync(id)).ReadOutputAs<string>());
        Assert.True(handed);
    }

    [Fact]
    public async Task Eviction_OfAnInstanceWhoseMailWasNotReadYet_DoesNotLoseTheMail()
    {
        var connectionString = await services.CreateDatabaseAsync();
        await using var database = NpgsqlDataSource.Create(connectionString);
        var functions = new TestFunctions().Orchestrator("Listens", context => context.WaitForExternalEvent<string>("go"));
        await using var node = await EngineNode.StartAsync(
            connectionString,
            functions,
            o => o with { IdleBeforeEviction = TimeSpan.Zero, SweepInterval = TimeSpan.FromMilliseconds(50) });
        var id = await node.Client.ScheduleNewOrchestrationInstanceAsync("Listens");
        await Eventually.TrueAsync(() => Task.FromResult(node.Engine.Host.Count == 0));
        var commits = await NumberAsync(database, "select batch from durable.nodes");
        await ExecuteAsync(
            database,
            $"""
            insert into durable.inbox (instance_id, kind, name, data, task_id) values ('{id}', {(int)InboxMessageKind.Event}, 'go', '"woken"', -1);
            update durable.instances set mail = mail + 1, wake_at = clock_timestamp() where id = '{id}';
            alter table durable.inbox rename to inbox_away
            """);

        // The node has taken it and has tried to let it go again, and could not read the message.
        await Eventually.TrueAsync(async () => await NumberAsync(database, "select batch from durable.nodes") > commits);
        await ExecuteAsync(database, "alter table durable.inbox_away rename to inbox");

        Assert.Equal("woken", (await node.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Commit_BegunUnderAnEarlierNumberOfTheNode_IsRefused()
    {
        var functions = new TestFunctions().Orchestrator("Returns", _ => Task.FromResult("done"));
        await using var node = await EngineNode.StartAsync(await services.CreateDatabaseAsync(), functions);
        var host = node.Engine.Host;
        var record = new InstanceRecord { Id = "stale", ExecutionId = Guid.NewGuid(), Name = "Returns", CreatedAt = DateTime.UnixEpoch, Owner = host.NodeId - 1 };
        var commit = new ScheduleCommit(host, record) { InstanceId = record.Id, NewInstances = [record] };

        host.Writer.Enqueue(commit);

        await Assert.ThrowsAsync<NodeFencedException>(() => commit.Created);
        Assert.Null(await node.Engine.Store.FindAsync(record.Id, CancellationToken.None));
        Assert.Equal("done", (await node.RunAsync("Returns")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Fence_OfACommitThatTookPlace_RefusesItsRepetition()
    {
        var connectionString = await services.CreateDatabaseAsync();
        await using var database = NpgsqlDataSource.Create(connectionString);
        await TaskHubSchema.EnsureAsync(database, "durable", CancellationToken.None);
        var node = await new NodeStore(database, "durable", "durable_engine").RegisterAsync(MachineIdentity.Current(), CancellationToken.None);
        await ExecuteAsync(database, $"select durable.fence({node}, 7)");

        var again = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(database, $"select durable.fence({node}, 7)"));
        var dead = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(database, $"select durable.fence({node + 1}, 8)"));

        Assert.Equal(TaskHubSchema.CommittedSqlState, again.SqlState);
        Assert.Equal(TaskHubSchema.FencedSqlState, dead.SqlState);
    }

    [Fact]
    public async Task BuryDead_RightAfterAnOutage_LeavesTheSilentAlone()
    {
        var connectionString = await services.CreateDatabaseAsync();
        await using var database = NpgsqlDataSource.Create(connectionString);
        await TaskHubSchema.EnsureAsync(database, "durable", CancellationToken.None);
        var nodes = new NodeStore(database, "durable", "durable_engine");
        var here = MachineIdentity.Current();
        var silent = await nodes.RegisterAsync(here with { Machine = "elsewhere" }, CancellationToken.None);
        var self = await nodes.RegisterAsync(here, CancellationToken.None);
        await ExecuteAsync(database, $"update durable.nodes set heartbeat_at = heartbeat_at - interval '1 hour' where id = {silent}");
        var options = new EngineOptions { ConnectionString = connectionString, Lease = TimeSpan.Zero };

        await nodes.BuryDeadAsync(self, here, options, trustsSilence: false, CancellationToken.None);
        var afterAnOutage = await nodes.BeatAsync(silent, CancellationToken.None);
        await ExecuteAsync(database, $"update durable.nodes set heartbeat_at = heartbeat_at - interval '1 hour' where id = {silent}");
        await nodes.BuryDeadAsync(self, here, options, trustsSilence: true, CancellationToken.None);

        Assert.True(afterAnOutage);
        Assert.False(await nodes.BeatAsync(silent, CancellationToken.None));
    }

    private static async Task<long> NumberAsync(NpgsqlDataSource database, string query)
    {
        await using var command = database.CreateCommand(query);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string statement)
    {
        await using var command = database.CreateCommand(statement);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>A custom status that does something whenever it is written.</summary>
    private sealed class Status(Task<Action> action)
    {
        public int Written
        {
            get
            {
                if (action.IsCompletedSuccessfully) action.Result();
                return 1;
            }
        }
    }
}
