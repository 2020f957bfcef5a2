using System.Collections.Concurrent;
using FunctionApp.Tests.Hosting;
using Microsoft.DurableTask.Client;
using Npgsql;

namespace FunctionApp.Tests.EmbeddedFunctions.Engine;

[Collection(LocalServicesCollection.Name)]
public sealed class RecoveryTests(LocalServicesFixture services)
{
    [Fact]
    public async Task Replay_AfterTheNodeStopped_GoesOnWithoutRepeatingWhatCompleted()
    {
        var database = await services.CreateDatabaseAsync();
        var calls = new ConcurrentBag<string>();
        TestFunctions Functions() => new TestFunctions()
            .Activity<string, string>("Step", step =>
            {
                calls.Add(step);
                return step + "!";
            })
            .Orchestrator("Steps", async context =>
            {
                var id = context.NewGuid();
                var time = context.CurrentUtcDateTime;
                var first = await context.CallActivityAsync<string>("Step", $"first {id} {time:O}");
                await context.WaitForExternalEvent<string>("go");
                return first + await context.CallActivityAsync<string>("Step", $"second {id} {time:O}");
            });
        string instance;
        await using (var node = await EngineNode.StartAsync(database, Functions()))
        {
            instance = await node.Client.ScheduleNewOrchestrationInstanceAsync("Steps");
            await Eventually.TrueAsync(async () => (await node.HistoryAsync(instance)).Contains("TaskCompleted"));
        }

        await using var next = await EngineNode.StartAsync(database, Functions());
        await next.Client.RaiseEventAsync(instance, "go", "x");
        var end = await next.EndOfAsync(instance);

        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        Assert.Equal(2, calls.Count);
        var facts = calls.Select(c => c[(c.IndexOf(' ', StringComparison.Ordinal) + 1)..]).Distinct().ToList();
        Assert.Single(facts);
    }

    [Fact]
    public async Task Replay_OfAChangedOrchestrator_FailsNamingBothActions()
    {
        var database = await services.CreateDatabaseAsync();
        var before = new TestFunctions()
            .Activity<string, string>("Old", s => s)
            .Orchestrator("Changes", async context =>
            {
                await context.CallActivityAsync<string>("Old", "x");
                return await context.WaitForExternalEvent<string>("go");
            });
        var after = new TestFunctions()
            .Activity<string, string>("New", s => s)
            .Orchestrator("Changes", async context =>
            {
                await context.CallActivityAsync<string>("New", "x");
                return await context.WaitForExternalEvent<string>("go");
            });
        string instance;
        await using (var node = await EngineNode.StartAsync(database, before))
        {
            instance = await node.Client.ScheduleNewOrchestrationInstanceAsync("Changes");
            await Eventually.TrueAsync(async () => (await node.HistoryAsync(instance)).Contains("TaskCompleted"));
        }

        await using var next = await EngineNode.StartAsync(database, after);
        var end = await next.EndOfAsync(instance);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains("'Old'", end.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("'New'", end.FailureDetails.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Eviction_OfAnIdleInstance_LetsAnEventWakeIt()
    {
        var functions = new TestFunctions().Orchestrator("Listens", context => context.WaitForExternalEvent<string>("go"));
        await using var node = await EngineNode.StartAsync(
            await services.CreateDatabaseAsync(),
            functions,
            o => o with { IdleBeforeEviction = TimeSpan.Zero, SweepInterval = TimeSpan.FromMilliseconds(50) });
        var id = await node.Client.ScheduleNewOrchestrationInstanceAsync("Listens");
        await Eventually.TrueAsync(() => Task.FromResult(node.Engine.Host.Count == 0));

        await node.Client.RaiseEventAsync(id, "go", "woken");

        Assert.Equal("woken", (await node.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Eviction_OfAnInstanceWithATimer_RunsItWhenTheTimerIsDue()
    {
        var functions = new TestFunctions().Orchestrator("Sleeps", async context =>
        {
            await context.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None);
            return "awake";
        });
        await using var node = await EngineNode.StartAsync(
            await services.CreateDatabaseAsync(),
            functions,
            o => o with { IdleBeforeEviction = TimeSpan.Zero, SweepInterval = TimeSpan.FromMilliseconds(50) });
        var id = await node.Client.ScheduleNewOrchestrationInstanceAsync("Sleeps");
        await Eventually.TrueAsync(() => Task.FromResult(node.Engine.Host.Count == 0));

        Assert.Equal("awake", (await node.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task TimerFarInTheFuture_OutlastsItsNode_AndFiresOnceItsTimeHasCome()
    {
        var functions = new TestFunctions().Orchestrator("Sleeps", async context =>
        {
            var begun = context.CurrentUtcDateTime;
            await context.CreateTimer(TimeSpan.FromDays(400), CancellationToken.None);
            return (context.CurrentUtcDateTime - begun).TotalDays;
        });
        var database = await services.CreateDatabaseAsync();
        string id;
        await using (var node = await EngineNode.StartAsync(
            database, functions, o => o with { IdleBeforeEviction = TimeSpan.Zero, SweepInterval = TimeSpan.FromMilliseconds(50) }))
        {
            id = await node.Client.ScheduleNewOrchestrationInstanceAsync("Sleeps");
            await Eventually.TrueAsync(() => Task.FromResult(node.Engine.Host.Count == 0));
        }

        await using var later = await EngineNode.StartAsync(database, functions, time: new ClockAhead(TimeSpan.FromDays(401)));

        Assert.InRange((await later.EndOfAsync(id)).ReadOutputAs<double>(), 400, 402);
    }

    [Fact]
    public async Task TwoNodes_ShareWork_BeyondTheRoomOfOne()
    {
        var database = await services.CreateDatabaseAsync();
        var ran = new ConcurrentDictionary<string, int>();
        var bothWork = new TaskCompletionSource();
        TestFunctions Functions(string node) => new TestFunctions()
            .Activity<int, int>("Work", async (n, cancellationToken) =>
            {
                ran.AddOrUpdate(node, 1, (_, count) => count + 1);
                if (ran.Count == 2)
                {
                    bothWork.TrySetResult();
                }

                await bothWork.Task.WaitAsync(cancellationToken);
                return n;
            })
            .Orchestrator("Works", context => context.CallActivityAsync<int>("Work", context.GetInput<int>()));
        await using var first = await EngineNode.StartAsync(database, Functions("first"), o => o with { MaxLiveOrchestrations = 4 });
        await using var second = await EngineNode.StartAsync(database, Functions("second"), o => o with { MaxLiveOrchestrations = 4 });

        var ids = await Task.WhenAll(Enumerable.Range(0, 40).Select(n => first.Client.ScheduleNewOrchestrationInstanceAsync("Works", n)));
        var ends = await Task.WhenAll(ids.Select(first.EndOfAsync));

        Assert.Equal(Enumerable.Range(0, 40), ends.Select(e => e.ReadOutputAs<int>()));
        Assert.Equal(2, ran.Count);
        Assert.Equal(40, ran.Values.Sum());
    }

    [Fact]
    public async Task ANodeThatIsMerelyBusy_KeepsWhatWaitsInMemory()
    {
        var database = await services.CreateDatabaseAsync();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var functions = new TestFunctions()
            .Activity<int, int>("Work", async (n, cancellationToken) =>
            {
                await gate.Task.WaitAsync(cancellationToken);
                return n;
            })
            .Orchestrator("Works", context => context.CallActivityAsync<int>("Work", context.GetInput<int>()))
            .Orchestrator("Listens", context => context.WaitForExternalEvent<string>("go"));
        await using var node = await EngineNode.StartAsync(database, functions, o => o with { MaxConcurrentActivities = 1 });
        var listener = await node.Client.ScheduleNewOrchestrationInstanceAsync("Listens");
        var ids = new List<string>();
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        while (await ScalarAsync<long>(connection, "select count(*) from durable.instances where owner is null") == 0)
        {
            ids.Add(await node.Client.ScheduleNewOrchestrationInstanceAsync("Works", ids.Count));
        }

        // The node looks for room again and again, and finds none.
        var looks = new HashSet<DateTime>();
        await Eventually.TrueAsync(async () =>
        {
            looks.Add(await ScalarAsync<DateTime>(
                connection,
                """
                select coalesce(max(query_start), '-infinity') from pg_stat_activity
                where query like 'select wake_at from durable.instances%' and datname = current_database()
                """));
            return looks.Count > 4;
        });

        Assert.True(node.Engine.Host.TryFind(listener, out _));
        gate.SetResult();
        var ends = await Task.WhenAll(ids.Select(node.EndOfAsync));
        Assert.Equal(Enumerable.Range(0, ids.Count), ends.Select(e => e.ReadOutputAs<int>()));
    }

    [Fact]
    public async Task ResultOfAnActivity_WhileAnotherOneRuns_IsOnRecordForALaterLife()
    {
        var database = await services.CreateDatabaseAsync();
        var quick = 0;
        var slow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        TestFunctions Functions(Task wait) => new TestFunctions()
            .Activity<string, string>("Quick", _ => $"quick {Interlocked.Increment(ref quick)}")
            .Activity<string, string>("Slow", async (_, _) =>
            {
                await wait;
                return "slow";
            })
            .Orchestrator("Both", async context =>
            {
                // The first result of all takes along what was asked for before it, and so is recorded in any case.
                var alone = await context.CallActivityAsync<string>("Quick", "x");
                var both = await Task.WhenAll(context.CallActivityAsync<string>("Quick", "x"), context.CallActivityAsync<string>("Slow", "x"));
                return string.Join(", ", [alone, .. both]);
            });
        await using var first = await EngineNode.StartAsync(
            database,
            Functions(slow.Task),
            o => o with { DrainTimeout = TimeSpan.Zero });
        var id = await first.Client.ScheduleNewOrchestrationInstanceAsync("Both");

        // Nothing comes that it could be recorded with.
        await Eventually.TrueAsync(async () => (await first.HistoryAsync(id)).Count(e => e is "TaskCompleted") == 2);
        await first.Engine.StopAsync(CancellationToken.None);
        await using var second = await EngineNode.StartAsync(database, Functions(Task.CompletedTask));
        var end = await second.EndOfAsync(id);
        slow.SetResult();

        Assert.Equal("quick 1, quick 2, slow", end.ReadOutputAs<string>());
        Assert.Equal(2, quick);
    }

    [Fact]
    public async Task CodeThatBlocksItsThread_HoldsUpNobodyElse()
    {
        using var gate = new ManualResetEventSlim();
        using var blocked = new CountdownEvent(2);
        string Block()
        {
            blocked.Signal();
            gate.Wait();
            return "late";
        }

        var functions = new TestFunctions()
            .Activity<string, string>("Blocks", _ => Block())
            .Activity<string, string>("Returns", text => text)
            .Orchestrator("CallsOneThatBlocks", context => context.CallActivityAsync<string>("Blocks", "x"))
            .Orchestrator("BlocksItself", async context =>
            {
                await context.CallActivityAsync<string>("Returns", "x");
                return Block();
            })
            .Orchestrator("Quick", context => context.CallActivityAsync<string>("Returns", "quick"));
        await using var node = await EngineNode.StartAsync(await services.CreateDatabaseAsync(), functions);
        string[] late;
        OrchestrationMetadata[] quick;
        try
        {
            late =
            [
                await node.Client.ScheduleNewOrchestrationInstanceAsync("CallsOneThatBlocks"),
                await node.Client.ScheduleNewOrchestrationInstanceAsync("BlocksItself"),
            ];
            await Eventually.TrueAsync(() => Task.FromResult(blocked.IsSet));
            quick = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => node.RunAsync("Quick")));
        }
        finally
        {
            gate.Set();
        }

        Assert.All(quick, q => Assert.Equal("quick", q.ReadOutputAs<string>()));
        Assert.All(await Task.WhenAll(late.Select(node.EndOfAsync)), l => Assert.Equal("late", l.ReadOutputAs<string>()));
    }

    [Fact]
    public async Task WhatFlowsWithTheStarter_DoesNotReachTheOrchestration()
    {
        var flowing = new AsyncLocal<string?>();
        var functions = new TestFunctions()
            .Activity<string, string>("Looks", _ => flowing.Value ?? "nothing")
            .Orchestrator("Looks", async context =>
                (flowing.Value ?? "nothing") + ", " + await context.CallActivityAsync<string>("Looks", "x") + ", " + (flowing.Value ?? "nothing"));
        await using var node = await EngineNode.StartAsync(await services.CreateDatabaseAsync(), functions);
        flowing.Value = "the starter's";

        // On a thread of the pool, as an HTTP request is.
        var end = await Task.Run(() => node.RunAsync("Looks"));

        Assert.Equal("nothing, nothing, nothing", end.ReadOutputAs<string>());
    }

    private static async Task<T> ScalarAsync<T>(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private sealed class ClockAhead(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
