using System.Collections.Concurrent;
using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.DurableTask.Client;

namespace DurableTask.PostgreSQL.Tests.Nodes;

/// <summary>Several nodes on one hub, and several hubs in one database.</summary>
public sealed class SharingTests
{
    /// <summary>So long that only a notification can be the reason when something happens sooner.</summary>
    private static readonly TimeSpan Never = TimeSpan.FromMinutes(5);

    [Fact]
    [Trait("Runs", "OnEachRuntime")]
    public async Task TwoNodes_ShareWorkBeyondTheRoomOfOne()
    {
        await using var hub = await TestHub.CreateAsync();
        var ran = new ConcurrentDictionary<string, int>();
        var bothWork = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = await StartAsync("first");
        await StartAsync("second");

        var ids = await Task.WhenAll(Enumerable.Range(0, 40).Select(n => first.ScheduleAsync("Works", n)));

        Assert.Equal(Enumerable.Range(0, 40), await Task.WhenAll(ids.Select(first.OutputOfAsync<int>)));
        Assert.Equal(2, ran.Count);
        Assert.Equal(40, ran.Values.Sum());

        Task<TestNode> StartAsync(string name) => hub.StartNodeAsync(
            tasks =>
            {
                tasks.AddOrchestratorFunc<int, int>("Works", (context, n) => context.CallActivityAsync<int>("Work", n));
                tasks.AddActivityFunc<int, int>("Work", async (_, n) =>
                {
                    ran.AddOrUpdate(name, 1, (_, count) => count + 1);
                    if (ran.Count == 2)
                    {
                        bothWork.TrySetResult();
                    }

                    await bothWork.Task;
                    return n;
                });
            },
            o => o.MaxLiveOrchestrations = 4);
    }

    [Fact]
    public async Task NodeThatJoins_TakesWhatNoNodeHadRoomFor()
    {
        await using var hub = await TestHub.CreateAsync();
        var (mayEnd, isHeld) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource());
        var full = await hub.StartNodeAsync(
            tasks =>
            {
                CommonTasks.Add(tasks);
                tasks.AddOrchestratorFunc<string>("Holds", context => context.CallActivityAsync<string>("Hold"));
                tasks.AddActivityFunc<string?, string>("Hold", async (_, _) =>
                {
                    isHeld.TrySetResult();
                    await mayEnd.Task;
                    return "held";
                });
            },
            o => o.MaxLiveOrchestrations = 1);
        var held = await full.ScheduleAsync("Holds");
        await isHeld.Task;
        var waiting = await full.ScheduleAsync("Echo", "taken by the other");

        var other = await hub.StartNodeAsync(CommonTasks.Add);

        Assert.Equal("taken by the other", await other.OutputOfAsync<string>(waiting));
        mayEnd.SetResult();
        Assert.Equal("held", await full.OutputOfAsync<string>(held));
    }

    [Fact]
    public async Task MessageToAnInstanceOfAnotherNode_ArrivesAtOnce()
    {
        await using var hub = await TestHub.CreateAsync();
        var first = await hub.StartNodeAsync(CommonTasks.Add, o => o.SweepInterval = Never);
        var second = await hub.StartNodeAsync(CommonTasks.Add, o => o.SweepInterval = Never);
        var id = await first.ScheduleAsync("Collects", 2);
        await Eventually.TrueAsync(() => first.Service.Sessions.TryFind(id, out _));

        await second.Client.RaiseEventAsync(id, "e", "1");
        await second.Client.RaiseEventAsync(id, "e", "2");

        Assert.Equal("1 2", await second.OutputOfAsync<string>(id));
    }

    [Fact]
    public async Task WorkOfAProcessThatIsOnlyAClient_IsTakenAtOnce()
    {
        await using var hub = await TestHub.CreateAsync();
        await hub.StartNodeAsync(CommonTasks.Add, o => o.SweepInterval = Never);
        var client = hub.NewClient();

        Assert.Equal("1", await client.OutputOfAsync<string>(await client.ScheduleAsync("Echo", "1")));
        var waiting = await client.ScheduleAsync("Waits");
        await client.Client.RaiseEventAsync(waiting, "go", "2");

        Assert.Equal("2", await client.OutputOfAsync<string>(waiting));
    }

    [Fact]
    public async Task WorkAndMessagesWithoutANotification_AreFoundByTheSweep()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(CommonTasks.Add, o => o.SweepInterval = TimeSpan.FromMilliseconds(100));
        await hub.ExecuteAsync(
            """
            insert into {hub}.instances (id, run_id, execution_id, name, status, created_at, updated_at, wake_at)
            values ('unannounced', gen_random_uuid(), 'e', 'Waits', 6, now(), now(), now())
            """);
        await node.ReachesAsync("unannounced", OrchestrationRuntimeStatus.Running);

        await hub.ExecuteAsync(
            """
            insert into {hub}.inbox (instance_id, event) values ('unannounced', '{"type":15,"at":"2026-01-01T00:00:00Z","name":"go","data":"\"found\""}');
            update {hub}.instances set inbox_count = inbox_count + 1
            """);

        Assert.Equal("found", await node.OutputOfAsync<string>("unannounced"));
    }

    [Fact]
    public async Task HubsInOneDatabase_AreIndependent()
    {
        await using var one = await TestHub.CreateAsync(ownDatabase: true);
        await using var other = one.Beside("Other \"Hub\" Ω");
        var here = await one.StartNodeAsync(CommonTasks.Add);
        var there = await other.StartNodeAsync(CommonTasks.Add);

        await here.ScheduleAsync("Waits", id: "same");
        await there.ScheduleAsync("Waits", id: "same");
        await here.Client.RaiseEventAsync("same", "go", "here");
        await there.Client.RaiseEventAsync("same", "go", "there");

        Assert.Equal("here", await here.OutputOfAsync<string>("same"));
        Assert.Equal("there", await there.OutputOfAsync<string>("same"));
        Assert.Equal(1, (await here.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter())).PurgedInstanceCount);
        Assert.NotNull(await there.Client.GetInstanceAsync("same"));
    }

    [Fact]
    public async Task NodeThatIsMerelyBusy_KeepsWhatWaitsInMemory()
    {
        await using var hub = await TestHub.CreateAsync();
        var mayEnd = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var node = await hub.StartNodeAsync(
            tasks =>
            {
                CommonTasks.Add(tasks);
                tasks.AddOrchestratorFunc<int, int>("Works", (context, n) => context.CallActivityAsync<int>("Work", n));
                tasks.AddActivityFunc<int, int>("Work", async (_, n) =>
                {
                    await mayEnd.Task;
                    return n;
                });
            },
            o => o.MaxConcurrentActivities = 1);
        var listener = await node.ScheduleAsync("Waits");
        await Eventually.TrueAsync(() => node.Service.Sessions.TryFind(listener, out _));

        var ids = new List<string>();
        while (await hub.ScalarAsync<long>("select count(*) from {hub}.instances where owner is null") == 0)
        {
            ids.Add(await node.ScheduleAsync("Works", ids.Count));
        }

        Assert.True(node.Service.Sessions.TryFind(listener, out _));
        mayEnd.SetResult();
        Assert.Equal(Enumerable.Range(0, ids.Count), await Task.WhenAll(ids.Select(node.OutputOfAsync<int>)));
    }
}
