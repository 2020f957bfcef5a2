using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.PostgreSQL.Storage;
using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.DurableTask;

namespace DurableTask.PostgreSQL.Tests.Orchestrations;

/// <summary>Extended sessions: orchestrations stay in memory at their await, leave it when they wait for long, and come back.</summary>
public sealed class SessionTests
{
    [Fact]
    [Trait("Runs", "OnEachRuntime")]
    public async Task Session_KeepsTheOrchestratorAtItsAwait_WithoutReplay()
    {
        await using var hub = await TestHub.CreateAsync();
        var starts = 0;
        var node = await hub.StartNodeAsync(tasks => AddSteps(tasks, () => Interlocked.Increment(ref starts)));

        Assert.Equal("12345", await node.OutputOfAsync<string>(await node.ScheduleAsync("Steps", 5)));

        Assert.Equal(1, starts);
    }

    [Fact]
    public async Task EvictedInstance_ComesBackForAnEvent_ByReplay()
    {
        await using var hub = await TestHub.CreateAsync();
        var starts = 0;
        var node = await hub.StartNodeAsync(tasks =>
        {
            AddSteps(tasks, () => { });
            tasks.AddOrchestratorFunc<string>("StepThenWait", async context =>
            {
                Interlocked.Increment(ref starts);
                var step = await context.CallActivityAsync<string>("Step", 1);
                return step + await context.WaitForExternalEvent<string>("go");
            });
        });
        var id = await node.ScheduleAsync("StepThenWait");
        await Eventually.TrueAsync(async () => (await node.HistoryAsync(id)).Contains("TaskCompleted"));
        await node.EvictAsync(id);
        Assert.False(await hub.IsHeldAsync(id));

        await node.Client.RaiseEventAsync(id, "go", " woken");

        Assert.Equal("1 woken", await node.OutputOfAsync<string>(id));
        Assert.Equal(2, starts);
    }

    [Fact]
    public async Task InstanceThatWaitsForLong_IsEvictedByItself()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(CommonTasks.Add, o =>
        {
            o.ExtendedSessionIdleTimeout = TimeSpan.FromMilliseconds(100);
            o.SweepInterval = TimeSpan.FromMilliseconds(50);
        });
        var id = await node.ScheduleAsync("Waits");

        await Eventually.TrueAsync(async () => await node.Client.GetInstanceAsync(id) is { IsRunning: true } && !await hub.IsHeldAsync(id));
        Assert.Equal(0, node.Service.Sessions.Count);
        await node.Client.RaiseEventAsync(id, "go", "back");

        Assert.Equal("back", await node.OutputOfAsync<string>(id));
    }

    [Fact]
    public async Task InstanceWhoseActivityRuns_IsNotEvicted()
    {
        await using var hub = await TestHub.CreateAsync();
        var (mayEnd, runs) = (new TaskCompletionSource(), 0);
        var node = await hub.StartNodeAsync(tasks =>
        {
            tasks.AddOrchestratorFunc<string>("Works", context => context.CallActivityAsync<string>("Work"));
            tasks.AddActivityFunc<string?, string>("Work", async (_, _) =>
            {
                Interlocked.Increment(ref runs);
                await mayEnd.Task;
                return "worked";
            });
        });
        var id = await node.ScheduleAsync("Works");
        await Eventually.TrueAsync(() => node.Service.Sessions.TryFind(id, out _) && Volatile.Read(ref runs) == 1);

        node.Service.Sessions.TryFind(id, out var session);
        session.EvictIfIdle(TimeSpan.Zero);
        mayEnd.SetResult();

        Assert.Equal("worked", await node.OutputOfAsync<string>(id));
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task MoreInstancesThanFitIntoMemory_AllRun_WhileEarlierOnesWait()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(CommonTasks.Add, o => o.MaxLiveOrchestrations = 5);
        var ids = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => node.ScheduleAsync("Collects", 1)));

        // Those that wait have to make room for the rest.
        await Eventually.TrueAsync(async () => await hub.ScalarAsync<long>("select count(distinct instance_id) from {hub}.history") == 30);
        Assert.True(node.Service.Sessions.Count <= 5);
        foreach (var id in ids)
        {
            await node.Client.RaiseEventAsync(id, "e", id);
        }

        Assert.Equal(ids, await Task.WhenAll(ids.Select(node.OutputOfAsync<string>)));
    }

    [Fact]
    public async Task EventsWhileInstancesAreEvictedAllTheTime_AreNeitherLostNorDoubledNorReordered()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(CommonTasks.Add);
        var outside = hub.NewClient();
        var ids = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => node.ScheduleAsync("Collects", 40)));
        using var over = new CancellationTokenSource();
        var evictions = Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                foreach (var session in node.Service.Sessions.All)
                {
                    session.EvictIfIdle(TimeSpan.Zero);
                }

                await Task.Yield();
            }
        });

        // Each caller waits for its event to be taken before it raises the next: they have an order.
        await Task.WhenAll(ids.Select(async (id, n) =>
        {
            for (var e = 0; e < 40; e++)
            {
                await (n % 2 == 0 ? node : outside).Client.RaiseEventAsync(id, "e", $"{e}");
            }
        }));
        var texts = await Task.WhenAll(ids.Select(node.OutputOfAsync<string>));
        await over.CancelAsync();
        await evictions;

        Assert.All(texts, text => Assert.Equal(string.Join(' ', Enumerable.Range(0, 40)), text));
    }

    [Fact]
    public async Task EventRightAfterOneThatWokeTheInstance_ComesAfterThatOne()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(CommonTasks.Add);
        var id = await node.ScheduleAsync("Collects", 2);
        await Eventually.TrueAsync(async () => (await node.HistoryAsync(id)).Count > 0);
        await node.EvictAsync(id);

        await SecondEventComesSecondAsync(hub, node, id, () => node.Client.RaiseEventAsync(id, "e", "first"), sendsFirstWhileTaken: false);
    }

    [Fact]
    public async Task EventRightAfterOneThatCameWhileTheNodeTookTheInstance_ComesAfterThatOne()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(CommonTasks.Add);
        var outside = hub.NewClient();

        await SecondEventComesSecondAsync(hub, node, "new", () => outside.ScheduleAsync("Collects", 2, "new"), sendsFirstWhileTaken: true);
    }

    [Fact]
    public async Task EventThatCameWhileTheNodeTookTheInstanceAgain_IsWaitedForByTheNewSession()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(CommonTasks.Add);
        var id = await node.ScheduleAsync("Collects", 2);
        var sessions = node.Service.Sessions;
        await Eventually.TrueAsync(() => sessions.TryFind(id, out _));

        // Its earlier session is still here when the message of the next one is in the inbox.
        sessions.ExpectInbox(id, 1);
        var taken = StoredInstance.From(new ExecutionStartedEvent(-1, "2")
        {
            Name = "Collects",
            OrchestrationInstance = new OrchestrationInstance { InstanceId = id, ExecutionId = "e" },
        });
        sessions.Adopt(taken with { Owner = sessions.NodeId, InboxCount = 0 }, []);

        Assert.True(sessions.TryFind(id, out var session));
        Assert.False(sessions.HasReadInbox(session));
        session.InboxCount = 1;
        Assert.True(sessions.HasReadInbox(session));
    }

    /// <summary>The node takes the instance while it cannot read histories, and then cannot read the inbox.</summary>
    private static async Task SecondEventComesSecondAsync(TestHub hub, TestNode node, string id, Func<Task> wake, bool sendsFirstWhileTaken)
    {
        var history = await hub.LockAsync("history");
        await wake();
        await history.BlocksAsync();
        if (sendsFirstWhileTaken)
        {
            await node.Client.RaiseEventAsync(id, "e", "first");
        }

        var inbox = await hub.LockAsync("inbox");
        await history.DisposeAsync();
        await Eventually.TrueAsync(() => node.Service.Sessions.TryFind(id, out _));
        var second = node.Client.RaiseEventAsync(id, "e", "second");
        await Eventually.TrueAsync(async () => second.IsCompleted || await inbox.WaitersAsync() > 1);
        await inbox.DisposeAsync();

        await second;
        Assert.Equal("first second", await node.OutputOfAsync<string>(id));
    }

    [Fact]
    public async Task CodeThatBlocksItsThread_DelaysNoOtherInstance()
    {
        await using var hub = await TestHub.CreateAsync();
        using var gate = new ManualResetEventSlim();
        var blocked = 0;
        var node = await hub.StartNodeAsync(tasks =>
        {
            AddSteps(tasks, () => { });
            tasks.AddActivityFunc<string>("Block", _ => Block());
            tasks.AddOrchestratorFunc<string>("CallsOneThatBlocks", context => context.CallActivityAsync<string>("Block"));
            tasks.AddOrchestratorFunc<string>("Blocks", async context =>
            {
                await context.CallActivityAsync<string>("Step", 1);
                return Block();
            });
        });
        string[] late = [await node.ScheduleAsync("CallsOneThatBlocks"), await node.ScheduleAsync("Blocks")];
        await Eventually.TrueAsync(() => Volatile.Read(ref blocked) == 2);

        var quick = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => node.RunAsync("Steps", 3)));
        gate.Set();

        Assert.All(quick, q => Assert.Equal("123", q.ReadOutputAs<string>()));
        Assert.All(await Task.WhenAll(late.Select(node.OutputOfAsync<string>)), text => Assert.Equal("late", text));

        string Block()
        {
            Interlocked.Increment(ref blocked);
            gate.Wait();
            return "late";
        }
    }

    [Fact]
    public async Task ExecutionContextOfTheCaller_DoesNotReachTheOrchestration()
    {
        await using var hub = await TestHub.CreateAsync();
        var flowing = new AsyncLocal<string?>();
        var node = await hub.StartNodeAsync(tasks =>
        {
            tasks.AddActivityFunc<string>("Look", _ => flowing.Value ?? "nothing");
            tasks.AddOrchestratorFunc<string>("Looks", async context =>
                $"{flowing.Value ?? "nothing"}, {await context.CallActivityAsync<string>("Look")}, {flowing.Value ?? "nothing"}");
        });
        flowing.Value = "the caller's";

        Assert.Equal("nothing, nothing, nothing", await Task.Run(async () => await node.OutputOfAsync<string>(await node.ScheduleAsync("Looks"))));
    }

    private static void AddSteps(DurableTaskRegistry tasks, Action started)
    {
        tasks.AddActivityFunc<int, string>("Step", (_, n) => $"{n}");
        tasks.AddOrchestratorFunc<int, string>("Steps", async (context, count) =>
        {
            started();
            var text = string.Empty;
            for (var n = 1; n <= count; n++)
            {
                text += await context.CallActivityAsync<string>("Step", n);
            }

            return text;
        });
    }
}
