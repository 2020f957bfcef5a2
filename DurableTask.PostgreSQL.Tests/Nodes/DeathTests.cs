using DurableTask.PostgreSQL.Nodes;
using DurableTask.PostgreSQL.Storage;
using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace DurableTask.PostgreSQL.Tests.Nodes;

/// <summary>Nodes that die or are declared dead, and the instances that they held.</summary>
public sealed class DeathTests
{
    private sealed class SlowClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddHours(-1);
    }

    [Fact]
    public async Task Node_WritesItsHeartbeat_AndDeletesItsRowWhenItStops()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(CommonTasks.Add);
        var first = await HeartbeatAsync(hub);

        await Eventually.TrueAsync(async () => await HeartbeatAsync(hub) > first);
        await node.StopAsync();

        Assert.Equal(0, await hub.ScalarAsync<long>("select count(*) from {hub}.nodes"));
    }

    [Fact]
    [Trait("Runs", "OnEachRuntime")]
    public async Task NodeThatIsCutOff_LosesItsInstancesToAnother_AndWritesNothingMore()
    {
        await using var hub = await TestHub.CreateAsync();
        using var link = new Link(hub.ConnectionString);
        var (onFirst, onSecond) = (new Worker(), new Worker());
        var first = await hub.StartNodeAsync(onFirst.Add, Hasty, link: link);
        var id = await first.ScheduleAsync("Works", "input");
        await onFirst.Started.Task;
        await Eventually.TrueAsync(async () => (await hub.NewClient().HistoryAsync(id)).Contains("TaskScheduled"));

        link.Cut();
        var second = await hub.StartNodeAsync(onSecond.Add, Hasty);
        await onSecond.Started.Task;
        onFirst.MayEnd.SetResult("from the first");
        link.Mend();
        await Eventually.TrueAsync(async () => await hub.ScalarAsync<long>("select count(*) from {hub}.nodes") == 2);
        onSecond.MayEnd.SetResult("from the second");

        Assert.Equal("input from the second", await second.OutputOfAsync<string>(id));
        Assert.Equal("input from the second", await first.OutputOfAsync<string>(id));
        Assert.Single(await second.HistoryAsync(id), "TaskCompleted");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task NodeThatIsGone_IsDeclaredDeadAfterItsLease_WhateverItsAndTheOthersClocks(int hoursFast)
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(CommonTasks.Add, Hasty, services: s => s.AddSingleton<TimeProvider>(new SlowClock()));
        await hub.ExecuteAsync(
            "insert into {hub}.nodes (machine, process_id, process_key, heartbeat_at) "
            + $"values ('elsewhere', 1, 'gone', clock_timestamp() + interval '{hoursFast} hours')");

        await Eventually.TrueAsync(async () => await hub.ScalarAsync<long>("select count(*) from {hub}.nodes where machine = 'elsewhere'") == 0);

        Assert.Null(node.Service.Problem);
    }

    [Fact]
    public async Task NodeThatWasDeclaredDead_JoinsAgain_AndWorksOn()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(CommonTasks.Add);
        var waiting = await node.ScheduleAsync("Collects", 2);
        await node.Client.RaiseEventAsync(waiting, "e", "1");

        await hub.ExecuteAsync("delete from {hub}.nodes; update {hub}.instances set owner = null, wake_at = now() where owner is not null");
        await node.Client.RaiseEventAsync(waiting, "e", "2");

        Assert.Equal("1 2", await node.OutputOfAsync<string>(waiting));
        Assert.Equal("new", await node.OutputOfAsync<string>(await node.ScheduleAsync("Echo", "new")));
        Assert.Equal(2, await hub.ScalarAsync<long>("select max(id) from {hub}.nodes"));
        Assert.Null(node.Service.Problem);
    }

    [Fact]
    public async Task CommitUnderAnEarlierNumberOfTheNode_IsRefused()
    {
        await using var hub = await TestHub.CreateAsync();
        await hub.StartNodeAsync(CommonTasks.Add);
        await hub.ExecuteAsync("select {hub}.fence(1, 1000)");

        var again = await Assert.ThrowsAsync<PostgresException>(() => hub.ExecuteAsync("select {hub}.fence(1, 1000)"));
        var dead = await Assert.ThrowsAsync<PostgresException>(() => hub.ExecuteAsync("select {hub}.fence(99, 1)"));

        Assert.Equal(TaskHubSchema.CommittedSqlState, again.SqlState);
        Assert.Equal(TaskHubSchema.FencedSqlState, dead.SqlState);
    }

    [Fact]
    public async Task SilentNode_IsDead_ExceptRightAfterAnOutage()
    {
        await using var hub = await TestHub.CreateAsync();
        await hub.NewClient().Service.CreateIfNotExistsAsync();
        await using var source = NpgsqlDataSource.Create(hub.ConnectionString);
        var nodes = new NodeStore(source, new SqlText(hub.Name));
        var here = ProcessIdentity.Current();
        var silent = await nodes.RegisterAsync(here with { Machine = "elsewhere" }, CancellationToken.None);
        var self = await nodes.RegisterAsync(here, CancellationToken.None);
        var options = hub.Options();
        options.Lease = TimeSpan.FromTicks(1);

        await hub.ExecuteAsync("update {hub}.nodes set heartbeat_at = now() - interval '1 hour'");
        await nodes.RemoveDeadAsync(self, here, options, trustsSilence: false, CancellationToken.None);
        var afterAnOutage = await nodes.BeatAsync(silent, CancellationToken.None);
        await hub.ExecuteAsync("update {hub}.nodes set heartbeat_at = now() - interval '1 hour'");
        await nodes.RemoveDeadAsync(self, here, options, trustsSilence: true, CancellationToken.None);

        Assert.True(afterAnOutage);
        Assert.False(await nodes.BeatAsync(silent, CancellationToken.None));
        Assert.True(await nodes.BeatAsync(self, CancellationToken.None));
    }

    [Fact]
    public async Task DeathOfANode_IsNoticed_ThoughANodeOfTheSameNumberLivesInAnotherHub()
    {
        await using var hub = await TestHub.CreateAsync(ownDatabase: true);
        await using var other = hub.Beside("other");
        await other.StartNodeAsync(CommonTasks.Add);
        using var link = new Link(hub.ConnectionString);
        var first = await hub.StartNodeAsync(CommonTasks.Add, Hasty, link: link);
        var id = await first.ScheduleAsync("Waits");
        link.Cut();

        var second = await hub.StartNodeAsync(CommonTasks.Add, Hasty);
        await second.Client.RaiseEventAsync(id, "go", "adopted");

        Assert.Equal("adopted", await second.OutputOfAsync<string>(id));
    }

    [Fact]
    public async Task EventWhoseCommitTookPlaceBeforeTheNodeWasDeclaredDead_IsNotDoubled()
    {
        await using var hub = await TestHub.CreateAsync();
        using var link = new Link(hub.ConnectionString);
        var node = await hub.StartNodeAsync(CommonTasks.Add, link: link);
        var id = await node.ScheduleAsync("Collects", 2);
        await Eventually.TrueAsync(async () => (await node.HistoryAsync(id)).Count > 0);

        await LoseResponseAndNodeAsync(
            hub, link, "history", () => node.Client.RaiseEventAsync(id, "e", "1"), "select count(*) from {hub}.history_events where type = 15",
            async raise => await Assert.ThrowsAsync<TaskHubUnavailableException>(() => raise));
        await hub.NewClient().Client.RaiseEventAsync(id, "e", "2");

        Assert.Equal("1 2", await hub.NewClient().OutputOfAsync<string>(id));
    }

    [Fact]
    public async Task StartWhoseCommitTookPlaceBeforeTheNodeWasDeclaredDead_Succeeds()
    {
        await using var hub = await TestHub.CreateAsync();
        using var link = new Link(hub.ConnectionString);
        var node = await hub.StartNodeAsync(CommonTasks.Add, link: link);
        await node.RunAsync("Echo", "so that there is a connection");

        await LoseResponseAndNodeAsync(
            hub, link, "instances", () => node.ScheduleAsync("Echo", "once", "mine"), "select count(*) from {hub}.instances where id = 'mine'", start => start);

        Assert.Equal("once", await hub.NewClient().OutputOfAsync<string>("mine"));
    }

    [Fact]
    public async Task KilledProcess_LosesItsInstancesAtOnce()
    {
        await using var hub = await TestHub.CreateAsync();
        var process = await hub.StartProcessAsync();
        var node = await hub.StartNodeAsync(ProcessTasks.Add);
        var id = await OwnedByAsync(hub, 1, "Waits");

        await process.KillAsync();
        await node.Client.RaiseEventAsync(id, "go", "adopted");

        // No silence is waited for, which would take a minute.
        Assert.Equal("adopted", await node.OutputOfAsync<string>(id));
    }

    [Fact]
    public async Task PausedProcess_LosesItsInstancesAfterTheLease_WritesNothingMore_AndJoinsAgain()
    {
        await using var hub = await TestHub.CreateAsync();
        var process = await hub.StartProcessAsync();
        var node = await hub.StartNodeAsync(ProcessTasks.Add, o =>
        {
            o.Lease = TimeSpan.FromSeconds(1);
            o.ReconnectGrace = TimeSpan.FromSeconds(1);
        });
        var waiting = await OwnedByAsync(hub, 1, "Waits");
        var running = await OwnedByAsync(hub, 1, "Sum", 200);

        using (process.Pause())
        {
            await node.Client.RaiseEventAsync(waiting, "go", "adopted");
            Assert.Equal("adopted", await node.OutputOfAsync<string>(waiting));
            await Eventually.TrueAsync(async () => await hub.ScalarAsync<long?>($"select owner from {{hub}}.instances where id = '{running}'") is not 1);
        }

        Assert.Equal(20_100, await node.OutputOfAsync<int>(running));
        await Eventually.TrueAsync(async () => await hub.ScalarAsync<long>("select count(*) from {hub}.nodes") == 2);
        await hub.AssertHistoriesAreWholeAsync();
    }

    /// <summary>Starts instances from outside until one is the node's.</summary>
    private static async Task<string> OwnedByAsync(TestHub hub, long nodeId, string orchestrator, object? input = null)
    {
        var client = hub.NewClient();
        while (true)
        {
            var id = await client.ScheduleAsync(orchestrator, input);
            await Eventually.TrueAsync(() => hub.ScalarAsync<bool>($"select owner is not null or status = 1 from {{hub}}.instances where id = '{id}'"));
            if (await hub.ScalarAsync<long?>($"select owner from {{hub}}.instances where id = '{id}'") == nodeId)
            {
                return id;
            }
        }
    }

    /// <summary>Lets a call's commit take place, loses the response, and declares the node dead before it can ask.</summary>
    private static async Task LoseResponseAndNodeAsync(
        TestHub hub, Link link, string table, Func<Task> call, string written, Func<Task, Task> end)
    {
        var held = await hub.LockAsync(table);
        var calling = call();
        await held.BlocksAsync("insert into");
        link.SwallowResponses();
        await held.DisposeAsync();
        await Eventually.TrueAsync(async () => await hub.ScalarAsync<long>(written) == 1);
        await hub.ExecuteAsync("delete from {hub}.nodes; update {hub}.instances set owner = null, wake_at = now() where owner is not null");
        link.Cut();
        link.Mend();
        await end(calling);
    }

    private static Task<DateTime> HeartbeatAsync(TestHub hub) => hub.ScalarAsync<DateTime>("select heartbeat_at from {hub}.nodes");

    /// <summary>A node that soon declares another one dead whose sessions are gone.</summary>
    private static void Hasty(PostgreSqlOrchestrationServiceOptions options)
    {
        options.HeartbeatInterval = TimeSpan.FromMilliseconds(100);
        options.ReconnectGrace = TimeSpan.FromMilliseconds(300);
        options.DrainTimeout = TimeSpan.FromMilliseconds(100);
    }

    /// <summary>A node's activity, which ends when the test lets it.</summary>
    private sealed class Worker
    {
        public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<string> MayEnd { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Add(DurableTaskRegistry tasks)
        {
            tasks.AddOrchestratorFunc<string, string>("Works", (context, input) => context.CallActivityAsync<string>("Work", input));
            tasks.AddActivityFunc<string, string>("Work", async (_, input) =>
            {
                Started.TrySetResult();
                return $"{input} {await MayEnd.Task}";
            });
        }
    }
}
