using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using static Microsoft.DurableTask.Worker.DurableTaskWorkerOptions;

namespace DurableTask.PostgreSQL.Tests.Orchestrations;

/// <summary>Nodes that take orchestrations of some versions only.</summary>
public sealed class VersionTests
{
    [Fact]
    [Trait("Runs", "OnEachRuntime")]
    public async Task OtherVersion_UnderStrictAndReject_WaitsForANodeOfThatVersion()
    {
        await using var hub = await TestHub.CreateAsync();
        var one = await StartNodeAsync(hub, "one", "1", VersionMatchStrategy.Strict);

        var second = await ScheduleAsync(one, "Where", "2");
        Assert.Equal("one", await one.OutputOfAsync<string>(await ScheduleAsync(one, "Where", "1")));
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await one.FindAsync(second)).RuntimeStatus);
        var two = await StartNodeAsync(hub, "two", "2", VersionMatchStrategy.Strict);

        Assert.Equal("two", await two.OutputOfAsync<string>(second));
    }

    [Fact]
    public async Task NewerVersion_UnderCurrentOrOlder_Waits_AndOlderAndNoneRun()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await StartNodeAsync(hub, "two", "2.0", VersionMatchStrategy.CurrentOrOlder);

        var newer = await ScheduleAsync(node, "Where", "2.0.1");
        foreach (var version in (string[])["1.9", "2.0", string.Empty])
        {
            Assert.Equal("two", await node.OutputOfAsync<string>(await ScheduleAsync(node, "Where", version)));
        }

        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await node.FindAsync(newer)).RuntimeStatus);
        await StartNodeAsync(hub, "three", "3.0", VersionMatchStrategy.CurrentOrOlder);
        Assert.Equal("three", await node.OutputOfAsync<string>(newer));
    }

    [Fact]
    public async Task OtherVersion_UnderStrictAndFail_Fails()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await StartNodeAsync(hub, "one", "1", VersionMatchStrategy.Strict, VersionFailureStrategy.Fail);

        var end = await node.EndOfAsync(await ScheduleAsync(node, "Where", "2"));

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal("VersionMismatch", end.FailureDetails!.ErrorType);
    }

    [Fact]
    public async Task InstanceThatBegan_WaitsForANodeOfItsVersion_AfterItsNodeLeft()
    {
        await using var hub = await TestHub.CreateAsync();
        var old = await StartNodeAsync(hub, "old", "1", VersionMatchStrategy.Strict);
        var id = await ScheduleAsync(old, "Waits", "1");
        await Eventually.TrueAsync(async () => (await old.HistoryAsync(id)).Count > 0);
        await old.StopAsync();
        var newer = await StartNodeAsync(hub, "newer", "2", VersionMatchStrategy.Strict);

        await newer.Client.RaiseEventAsync(id, "go", "kept");
        Assert.Equal("newer", await newer.OutputOfAsync<string>(await ScheduleAsync(newer, "Where", "2")));
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await newer.FindAsync(id)).RuntimeStatus);
        await StartNodeAsync(hub, "old again", "1", VersionMatchStrategy.Strict);

        Assert.Equal("kept", await newer.OutputOfAsync<string>(id));
    }

    [Fact]
    public async Task GenerationOfANewerVersion_RunsOnANodeOfThatVersion()
    {
        await using var hub = await TestHub.CreateAsync();
        var one = await StartNodeAsync(hub, "one", "1", VersionMatchStrategy.Strict);
        await StartNodeAsync(hub, "two", "2", VersionMatchStrategy.Strict);

        var id = await ScheduleAsync(one, "Upgrades", "1");

        Assert.Equal("two", await one.OutputOfAsync<string>(id));
    }

    [Fact]
    public async Task ChildOfAnotherVersion_RunsOnANodeOfThatVersion_AndReportsToItsParent()
    {
        await using var hub = await TestHub.CreateAsync();
        var one = await StartNodeAsync(hub, "one", "1", VersionMatchStrategy.Strict);
        await StartNodeAsync(hub, "two", "2", VersionMatchStrategy.Strict);

        Assert.Equal("two, one", await one.OutputOfAsync<string>(await ScheduleAsync(one, "AsksBoth", "1")));
    }

    [Fact]
    public async Task ManyInstancesOfOtherVersions_DoNotBlockANodesOwn()
    {
        await using var hub = await TestHub.CreateAsync();
        var one = await StartNodeAsync(hub, "one", "1", VersionMatchStrategy.Strict);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => ScheduleAsync(one, "Where", "2")));

        var own = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ScheduleAsync(hub.NewClient(), "Where", "1")));

        Assert.All(await Task.WhenAll(own.Select(one.OutputOfAsync<string>)), where => Assert.Equal("one", where));
    }

    [Fact]
    public async Task InstanceThatWaitsForItsVersion_CanBeTerminated()
    {
        await using var hub = await TestHub.CreateAsync();
        var one = await StartNodeAsync(hub, "one", "1", VersionMatchStrategy.Strict);
        var ids = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => ScheduleAsync(hub.NewClient(), "Where", "2")));

        await Task.WhenAll(ids.Select(id => one.Client.TerminateInstanceAsync(id)));

        Assert.All(
            await Task.WhenAll(ids.Select(one.EndOfAsync)), end => Assert.Equal(OrchestrationRuntimeStatus.Terminated, end.RuntimeStatus));
    }

    [Fact]
    public async Task DefaultVersionOfAClient_IsThatOfItsInstances()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(
            CommonTasks.Add, services: s => s.Configure<DurableTaskClientOptions>(o => o.DefaultVersion = "4"));

        var byDefault = await node.ScheduleAsync("Echo");
        var given = await ScheduleAsync(node, "Echo", "5");

        Assert.Equal("4", (await node.Service.GetOrchestrationStateAsync(byDefault, null!)).Version);
        Assert.Equal("5", (await node.Service.GetOrchestrationStateAsync(given, null!)).Version);
    }

    private static Task<TestNode> StartNodeAsync(
        TestHub hub, string name, string version, VersionMatchStrategy match, VersionFailureStrategy failure = VersionFailureStrategy.Reject) =>
        hub.StartNodeAsync(
            tasks =>
            {
                CommonTasks.Add(tasks);
                tasks.AddActivityFunc<string>("Name", _ => name);
                tasks.AddOrchestratorFunc<string>("Where", context => context.CallActivityAsync<string>("Name"));
                tasks.AddOrchestratorFunc<string>("Upgrades", async context =>
                {
                    var where = await context.CallActivityAsync<string>("Name");
                    if (context.Version != "1")
                    {
                        return where;
                    }

                    context.ContinueAsNew(new ContinueAsNewOptions { NewVersion = "2" });
                    return "ignored";
                });
                tasks.AddOrchestratorFunc<string>("AsksBoth", async context =>
                {
                    var there = await context.CallSubOrchestratorAsync<string>("Where", new SubOrchestrationOptions { Version = new TaskVersion("2") });
                    return $"{there}, {await context.CallActivityAsync<string>("Name")}";
                });
            },
            worker: builder => builder.UseVersioning(new VersioningOptions { Version = version, MatchStrategy = match, FailureStrategy = failure }));

    private static Task<string> ScheduleAsync(TestNode node, string orchestrator, string version) => node.Client.ScheduleNewOrchestrationInstanceAsync(
        orchestrator, new StartOrchestrationOptions { Version = new TaskVersion(version) });
}
