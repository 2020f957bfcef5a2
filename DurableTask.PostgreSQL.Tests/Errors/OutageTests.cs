using System.Diagnostics;
using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace DurableTask.PostgreSQL.Tests.Errors;

/// <summary>Outages of the database: they are waited out and logged once, and no orchestration fails because of them.</summary>
public sealed class OutageTests
{
    /// <summary>The promise is 5 s after the end; a machine that is busy with other tests may take longer for the rest.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    public static TheoryData<string, string, string> Outages() => new()
    {
        { "read-only", "alter database {database} set default_transaction_read_only = on", "alter database {database} reset default_transaction_read_only" },
        { "login refused", "alter role {role} nologin", "alter role {role} login" },
        { "password changed", "alter role {role} password 'another'", "alter role {role} password 'secret'" },
        { "too many connections", "alter role {role} connection limit 0", "alter role {role} connection limit -1" },
        { "no connections allowed", "alter database {database} allow_connections false", "alter database {database} allow_connections true" },
    };

    [Theory]
    [MemberData(nameof(Outages))]
    public async Task Outage_IsWaitedOut(string name, string begin, string end)
    {
        await using var hub = await FaultyHub.CreateAsync();
        await hub.StartWorkAsync();

        await hub.OnServerAsync(begin);
        await hub.EndSessionsAsync();
        hub.EndActivities();
        await AssertKnownAsync(hub, name);
        await hub.OnServerAsync(end);
        if (name is "no connections allowed")
        {
            await Eventually.SucceedsAsync(() => hub.Client.Client.GetInstanceAsync("x"));
        }

        await AssertGoesOnAsync(hub);
    }

    [Fact]
    public async Task StatementsThatTakeTooLong_AreTriedAgain()
    {
        await using var hub = await FaultyHub.CreateAsync();
        await hub.StartWorkAsync();

        await hub.Hub.ExecuteAsync($"alter role {hub.Role} set statement_timeout = '200ms'");
        await hub.EndSessionsAsync();
        await using (await hub.Hub.LockAsync("history"))
        {
            hub.EndActivities();
            await Eventually.TrueAsync(() => hub.Node.Service.Problem is { IsDefect: false });
        }

        await AssertGoesOnAsync(hub);
    }

    [Fact]
    [Trait("Runs", "OnEachRuntime")]
    public async Task ConnectionsThatAreCutAgainAndAgain_LoseAndDoubleNothing()
    {
        await using var hub = await TestHub.CreateAsync();
        using var link = new Link(hub.ConnectionString);
        var node = await hub.StartNodeAsync(ProcessTasks.Add, link: link);
        await hub.ForbidChangesOfHistoryAsync();
        var ids = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => node.ScheduleAsync("SumOfSums", 7)));
        var client = hub.NewClient();
        var ends = Task.WhenAll(ids.Select(client.OutputOfAsync<int>));

        for (var n = 0; n < 15; n++)
        {
            var committed = await hub.ScalarAsync<long>("select max(commit_number) from {hub}.nodes");
            link.Cut();
            link.Mend();
            await Eventually.TrueAsync(async () => ends.IsCompleted || await hub.ScalarAsync<long>("select max(commit_number) from {hub}.nodes") > committed);
        }

        Assert.All(await ends, sum => Assert.Equal(84, sum));
        await hub.AssertHistoriesAreWholeAsync();
        await Eventually.TrueAsync(() => node.Service.Problem is null);
    }

    [Fact]
    public async Task DatabaseThatIsAway_FailsClientCallsAtOnce()
    {
        await using var hub = await TestHub.CreateAsync();
        using var link = new Link(hub.ConnectionString);
        var node = await hub.StartNodeAsync(CommonTasks.Add, link: link);
        var client = hub.NewClient(link.ConnectionString);
        var id = await node.ScheduleAsync("Waits");
        link.Cut();
        await Eventually.TrueAsync(() => node.Service.Sessions.IsDatabaseAway);

        foreach (var caller in (TestNode[])[node, client])
        {
            await IsUnavailableAsync(() => caller.ScheduleAsync("Echo"));
            await IsUnavailableAsync(() => caller.Client.RaiseEventAsync(id, "go"));
            await IsUnavailableAsync(() => caller.Client.TerminateInstanceAsync(id));
            await IsUnavailableAsync(() => caller.Client.SuspendInstanceAsync(id));
            await IsUnavailableAsync(() => caller.Client.ResumeInstanceAsync(id));
            await IsUnavailableAsync(() => caller.Client.GetInstanceAsync(id));
            await IsUnavailableAsync(() => caller.Client.WaitForInstanceCompletionAsync(id));
            await IsUnavailableAsync(() => caller.Client.PurgeInstanceAsync(id));
            await IsUnavailableAsync(() => caller.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter()));
            await IsUnavailableAsync(() => caller.Client.RestartAsync(id));
            await IsUnavailableAsync(() => caller.Client.RewindInstanceAsync(id, "why"));
            await IsUnavailableAsync(() => caller.Client.GetOrchestrationHistoryAsync(id));
            await IsUnavailableAsync(() => caller.Client.ListInstanceIdsAsync());
            await IsUnavailableAsync(async () => await caller.Client.GetAllInstancesAsync().GetAsyncEnumerator().MoveNextAsync());
            await IsUnavailableAsync(() => caller.Service.ListSetAsideAsync());
        }

        link.Mend();
        await Eventually.TrueAsync(() => node.Service.Problem is null);
        await client.Client.RaiseEventAsync(id, "go", "back");
        Assert.Equal("back", await node.OutputOfAsync<string>(id));

        async Task IsUnavailableAsync(Func<Task> call) =>
            Assert.Contains(hub.Name, (await Assert.ThrowsAsync<TaskHubUnavailableException>(call)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CallWhoseCommitAnOutageInterrupts_EndsWithinSeconds_AndItsRequestIsKept()
    {
        await using var hub = await TestHub.CreateAsync();
        using var link = new Link(hub.ConnectionString);
        var node = await hub.StartNodeAsync(CommonTasks.Add, link: link);
        var held = await hub.LockAsync("instances");
        var call = node.ScheduleAsync("Echo", "kept", "new");
        await held.BlocksAsync("insert");

        link.Cut();

        var exception = await Assert.ThrowsAsync<TaskHubUnavailableException>(() => call);
        Assert.Contains("has not responded for 5 s. Orchestration 'new' may still be started.", exception.Message, StringComparison.Ordinal);
        await held.DisposeAsync();
        link.Mend();
        Assert.Equal("kept", await hub.NewClient().OutputOfAsync<string>("new"));
    }

    [Theory]
    [InlineData("start")]
    [InlineData("event")]
    [InlineData("step")]
    [InlineData("end")]
    [InlineData("release")]
    public async Task CommitWhoseResponseIsLost_IsMadeOnce(string what)
    {
        await using var hub = await TestHub.CreateAsync();
        using var link = new Link(hub.ConnectionString);
        var node = await hub.StartNodeAsync(CommonTasks.Add, link: link);
        var client = hub.NewClient();
        var id = await node.ScheduleAsync("Collects", 3, "i");
        await Eventually.TrueAsync(async () => (await client.HistoryAsync(id)).Count > 0);
        await hub.ForbidChangesOfHistoryAsync();
        await node.Client.RaiseEventAsync(id, "e", "1");
        await node.Client.RaiseEventAsync(id, "e", "2");

        var held = await hub.LockAsync("instances");
        if (what is "event" or "step" or "end")
        {
            await held.DisposeAsync();
            held = await hub.LockAsync("history");
        }

        var call = what switch
        {
            "start" => node.ScheduleAsync("Echo", "once", "new"),
            "event" => node.Client.RaiseEventAsync(id, "other"),
            "step" => node.Client.SuspendInstanceAsync(id),
            "end" => node.Client.RaiseEventAsync(id, "e", "3"),
            _ => Task.Run(() => node.Service.Sessions.All.Single().EvictIfIdle(TimeSpan.Zero)),
        };
        await held.BlocksAsync(what is "release" ? "update" : "insert");
        var number = await hub.ScalarAsync<long>("select commit_number from {hub}.nodes");
        link.SwallowResponses();
        await held.DisposeAsync();
        await Eventually.TrueAsync(async () => await hub.ScalarAsync<long>("select commit_number from {hub}.nodes") > number);
        link.Cut();
        link.Mend();
        await call;

        if (what is "start")
        {
            Assert.Equal("once", await client.OutputOfAsync<string>("new"));
        }
        else if (what is "step")
        {
            await client.ReachesAsync(id, OrchestrationRuntimeStatus.Suspended);
            await Eventually.SucceedsAsync(async () =>
            {
                await client.Client.ResumeInstanceAsync(id);
                return true;
            });
        }

        if (what is not "end")
        {
            await client.Client.RaiseEventAsync(id, "e", "3");
        }

        Assert.Equal("1 2 3", await client.OutputOfAsync<string>(id));
        await hub.AssertHistoriesAreWholeAsync();
    }

    private static async Task AssertKnownAsync(FaultyHub hub, string name)
    {
        await Eventually.TrueAsync(() => hub.Node.Service.Sessions.IsDatabaseAway);
        Assert.False(hub.Node.Service.Problem!.IsDefect, $"{name}: {hub.Node.Service.Problem}");
        await Assert.ThrowsAsync<TaskHubUnavailableException>(() => hub.Node.ScheduleAsync("Echo"));
        await Assert.ThrowsAsync<TaskHubUnavailableException>(() => hub.Client.ScheduleAsync("Echo"));
    }

    private static async Task AssertGoesOnAsync(FaultyHub hub)
    {
        var over = Stopwatch.StartNew();
        await Eventually.TrueAsync(() => hub.Node.Service.Problem is null);
        Assert.True(over.Elapsed < Soon, $"{over.Elapsed}");
        await hub.AssertAllEndsAsync();
        Assert.Null(hub.Node.Service.Problem);
        Assert.Equal(0, await hub.Hub.ScalarAsync<long>("select count(*) from {hub}.instances where status = 3"));
        Assert.InRange(hub.Node.Logs.OwnOf(LogLevel.Warning).Count(e => e.Message.Contains("does not take work", StringComparison.Ordinal)), 1, 2);
        Assert.Empty(hub.Node.Logs.OwnOf(LogLevel.Error));
    }
}
