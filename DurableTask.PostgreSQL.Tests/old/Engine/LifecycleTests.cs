using FunctionApp.Tests.Hosting;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using OrchestrationAlreadyExistsException = DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException;

namespace FunctionApp.Tests.EmbeddedFunctions.Engine;

[Collection(LocalServicesCollection.Name)]
public sealed class LifecycleTests(LocalServicesFixture services)
{
    private static TestFunctions Listens() =>
        new TestFunctions().Orchestrator("Listens", context => context.WaitForExternalEvent<string>("go"));

    [Fact]
    public async Task Rewind_OfAFailedInstance_RunsOnlyTheFailedActivityAgain()
    {
        var broken = true;
        var calls = new System.Collections.Concurrent.ConcurrentBag<string>();
        var functions = new TestFunctions()
            .Activity<string, string>("Good", s =>
            {
                calls.Add("good");
                return s;
            })
            .Activity<string, string>("Bad", s =>
            {
                calls.Add("bad");
                return broken ? throw new InvalidOperationException("broken") : s;
            })
            .Orchestrator("Two", async context =>
                await context.CallActivityAsync<string>("Good", "a") + await context.CallActivityAsync<string>("Bad", "b"));
        await using var node = await EngineNode.StartAsync(await services.CreateDatabaseAsync(), functions);
        var failed = await node.RunAsync("Two");
        broken = false;

        await node.Client.RewindInstanceAsync(failed.InstanceId, "mended");
        await Eventually.TrueAsync(async () => (await node.Client.GetInstanceAsync(failed.InstanceId))!.RuntimeStatus == OrchestrationRuntimeStatus.Completed);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, failed.RuntimeStatus);
        Assert.Equal("ab", (await node.EndOfAsync(failed.InstanceId)).ReadOutputAs<string>());
        Assert.Equal(1, calls.Count(c => c == "good"));
        Assert.Equal(2, calls.Count(c => c == "bad"));
        Assert.Equal("Completed", (await node.HistoryAsync(failed.InstanceId))[^1]);
    }

    [Fact]
    public async Task Rewind_OfAnInstanceThatCleanedUpAndThrewOn_RunsTheFailedActivityAgain()
    {
        var broken = true;
        var cleanups = 0;
        var functions = new TestFunctions()
            .Activity<string, string>("Bad", s => broken ? throw new InvalidOperationException("broken") : s)
            .Activity<string, string>("Clean", s =>
            {
                Interlocked.Increment(ref cleanups);
                return s;
            })
            .Orchestrator("Cleans", async context =>
            {
                try
                {
                    return await context.CallActivityAsync<string>("Bad", "b");
                }
                catch (TaskFailedException)
                {
                    await context.CallActivityAsync<string>("Clean", "c");
                    throw;
                }
            });
        await using var node = await EngineNode.StartAsync(await services.CreateDatabaseAsync(), functions);
        var failed = await node.RunAsync("Cleans");
        broken = false;

        await node.Client.RewindInstanceAsync(failed.InstanceId, "mended");
        var end = await node.EndOfAsync(failed.InstanceId);

        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        Assert.Equal("b", end.ReadOutputAs<string>());
        Assert.Equal(1, cleanups);
    }

    [Fact]
    public async Task Restart_WithTheSameId_RunsAgainWithTheSameInput()
    {
        var functions = new TestFunctions().Orchestrator("Echo", context => Task.FromResult(context.GetInput<string>()));
        await using var node = await EngineNode.StartAsync(await services.CreateDatabaseAsync(), functions);
        var first = await node.RunAsync("Echo", "again");

        var same = await node.Client.RestartAsync(first.InstanceId);
        var other = await node.Client.RestartAsync(first.InstanceId, restartWithNewInstanceId: true);

        Assert.Equal(first.InstanceId, same);
        Assert.NotEqual(first.InstanceId, other);
        Assert.Equal("again", (await node.EndOfAsync(same)).ReadOutputAs<string>());
        Assert.Equal("again", (await node.EndOfAsync(other)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Terminate_Recursively_EndsTheChildrenToo()
    {
        var functions = Listens().Orchestrator("Parent", context =>
            context.CallSubOrchestratorAsync<string>("Listens", null, new SubOrchestrationOptions(instanceId: "the-child")));
        await using var node = await EngineNode.StartAsync(await services.CreateDatabaseAsync(), functions);
        var id = await node.Client.ScheduleNewOrchestrationInstanceAsync("Parent");
        await node.Client.WaitForInstanceStartAsync("the-child", EngineNode.Patience);

        await node.Client.TerminateInstanceAsync(id, new TerminateInstanceOptions("enough", Recursive: true));

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await node.EndOfAsync(id)).RuntimeStatus);
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await node.EndOfAsync("the-child")).RuntimeStatus);
    }

    [Fact]
    public async Task Purge_OfARunningInstance_DeletesIt_AndOfAnUnknownOneNothing()
    {
        await using var node = await EngineNode.StartAsync(await services.CreateDatabaseAsync(), Listens());
        var id = await node.Client.ScheduleNewOrchestrationInstanceAsync("Listens");

        var purged = await node.Client.PurgeInstanceAsync(id);
        var again = await node.Client.PurgeInstanceAsync(id);

        Assert.Equal(1, purged.PurgedInstanceCount);
        Assert.Equal(0, again.PurgedInstanceCount);
        Assert.Null(await node.Client.GetInstanceAsync(id));
        await Assert.ThrowsAsync<InvalidOperationException>(() => node.Client.RaiseEventAsync(id, "go", "x"));
    }

    [Fact]
    public async Task Schedule_WithDedupeStatuses_RefusesThoseAndReplacesOthers()
    {
        await using var node = await EngineNode.StartAsync(await services.CreateDatabaseAsync(), Listens());
        var plain = new StartOrchestrationOptions("one");
        await node.Client.ScheduleNewOrchestrationInstanceAsync("Listens", plain);
        var created = (await node.Client.GetInstanceAsync("one"))!.CreatedAt;

        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => node.Client.ScheduleNewOrchestrationInstanceAsync(
            "Listens",
            plain.WithDedupeStatuses(OrchestrationRuntimeStatus.Running)));
        await node.Client.ScheduleNewOrchestrationInstanceAsync("Listens", plain.WithDedupeStatuses(OrchestrationRuntimeStatus.Completed));
        var replaced = await node.Client.GetInstanceAsync("one");
        await node.Client.RaiseEventAsync("one", "go", "x");
        await node.EndOfAsync("one");

        Assert.True(replaced!.CreatedAt > created);
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => node.Client.ScheduleNewOrchestrationInstanceAsync(
            "Listens",
            plain.WithDedupeStatuses(OrchestrationRuntimeStatus.Completed)));
    }

    [Fact]
    public async Task Schedule_WithAStartTime_WaitsForIt()
    {
        var functions = new TestFunctions().Orchestrator("Tells", context => Task.FromResult(context.CurrentUtcDateTime));
        await using var node = await EngineNode.StartAsync(await services.CreateDatabaseAsync(), functions);
        var startAt = TimeProvider.System.GetUtcNow().AddSeconds(1);

        var id = await node.Client.ScheduleNewOrchestrationInstanceAsync("Tells", new StartOrchestrationOptions(StartAt: startAt));
        var waiting = await node.Client.GetInstanceAsync(id);

        Assert.Equal(OrchestrationRuntimeStatus.Pending, waiting!.RuntimeStatus);
        Assert.True((await node.EndOfAsync(id)).ReadOutputAs<DateTime>() >= startAt.UtcDateTime.AddTicks(-10));
    }

    [Fact]
    public async Task Schedule_OfAnUnknownOrchestrator_NamesTheKnownOnes()
    {
        await using var node = await EngineNode.StartAsync(await services.CreateDatabaseAsync(), Listens());

        var refused = await Assert.ThrowsAsync<ArgumentException>(() => node.Client.ScheduleNewOrchestrationInstanceAsync("Nobody"));

        Assert.Contains("'Nobody' doesn't exist", refused.Message, StringComparison.Ordinal);
        Assert.Contains("'Listens'", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a#b")]
    [InlineData("a?b")]
    [InlineData("a\nb")]
    public async Task Schedule_WithAnIdThatCannotBeOne_IsRefused(string id)
    {
        await using var node = await EngineNode.StartAsync(await services.CreateDatabaseAsync(), Listens());

        await Assert.ThrowsAsync<ArgumentException>(
            () => node.Client.ScheduleNewOrchestrationInstanceAsync("Listens", new StartOrchestrationOptions(id)));
    }

    [Fact]
    public async Task Query_ByPages_GivesEveryInstanceOnceInOrderOfIds()
    {
        await using var node = await EngineNode.StartAsync(await services.CreateDatabaseAsync(), Listens());
        foreach (var n in Enumerable.Range(0, 7))
        {
            await node.Client.ScheduleNewOrchestrationInstanceAsync("Listens", new StartOrchestrationOptions($"p{n}"));
        }

        var pages = new List<Page<OrchestrationMetadata>>();
        await foreach (var page in node.Client.GetAllInstancesAsync(new OrchestrationQuery(InstanceIdPrefix: "p", PageSize: 3)).AsPages())
        {
            pages.Add(page);
        }

        Assert.Equal([3, 3, 1], pages.Select(p => p.Values.Count));
        Assert.Equal(Enumerable.Range(0, 7).Select(n => $"p{n}"), pages.SelectMany(p => p.Values).Select(i => i.InstanceId));
        Assert.Null(pages[^1].ContinuationToken);
    }

    [Fact]
    public async Task Schedule_WithAnInputOverTheLimit_IsRefusedWithItsSize()
    {
        await using var node = await EngineNode.StartAsync(
            await services.CreateDatabaseAsync(),
            Listens(),
            o => o with { MaxPayloadBytes = 2000 });

        var refused = await Assert.ThrowsAsync<ArgumentException>(
            () => node.Client.ScheduleNewOrchestrationInstanceAsync("Listens", new string('x', 3000)));

        Assert.Contains("3002 bytes", refused.Message, StringComparison.Ordinal);
    }
}
