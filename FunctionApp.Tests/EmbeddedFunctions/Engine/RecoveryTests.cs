using System.Collections.Concurrent;
using FunctionApp.Tests.Hosting;
using Microsoft.DurableTask.Client;

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
}
