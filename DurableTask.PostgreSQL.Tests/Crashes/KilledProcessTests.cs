using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.DurableTask.Client;

namespace DurableTask.PostgreSQL.Tests.Crashes;

/// <summary>Processes that are killed, and orchestrations that kill them.</summary>
public sealed class KilledProcessTests
{
    [Fact]
    [Trait("Runs", "OnEachRuntime")]
    public async Task KillsWhileManyRun_LoseNothing_AndDoubleNothing()
    {
        await using var hub = await TestHub.CreateAsync();
        var client = hub.NewClient();
        await client.Service.CreateIfNotExistsAsync();
        await hub.ForbidChangesOfHistoryAsync();
        var process = await hub.StartProcessAsync();
        var ids = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => client.ScheduleAsync("SumOfSums", 8)));
        for (var n = 1; n <= 3; n++)
        {
            var goal = n * 200;
            await Eventually.TrueAsync(async () => await hub.ScalarAsync<long>("select count(*) from {hub}.history_events where type = 5") >= goal);
            var next = await hub.StartProcessAsync();
            await process.KillAsync();
            process = next;
        }

        Assert.All(await Task.WhenAll(ids.Select(client.OutputOfAsync<int>)), sum => Assert.Equal(120, sum));
        Assert.Equal(60, await hub.ScalarAsync<long>("select count(*) from {hub}.instances where name = 'SumOfSums' and status = 1"));
        await hub.AssertHistoriesAreWholeAsync();
    }

    [Fact]
    public async Task OrchestrationThatKillsItsProcesses_IsSetAside_AndOthersGoOn()
    {
        await using var hub = await TestHub.CreateAsync();
        var client = hub.NewClient(configure: o => o.MaxDispatchCount = 2);
        await client.Service.CreateIfNotExistsAsync();
        var poison = await client.ScheduleAsync("Kills");
        var deaths = 0;
        while (await DiesAsync(await hub.StartProcessAsync(maxDispatchCount: 2)))
        {
            deaths++;
        }

        var other = await client.ScheduleAsync("Sum", 3);

        // A death after the first checkpoint of a run is one after progress.
        Assert.InRange(deaths, 2, 3);
        Assert.Equal(6, await client.OutputOfAsync<int>(other));
        var aside = Assert.Single(await client.Service.ListSetAsideAsync());
        Assert.Equal(poison, aside.OrchestrationInstance.InstanceId);
        Assert.Equal("Kills", aside.Name);
        Assert.Empty(await client.Service.ListSetAsideAsync(afterInstanceId: poison));
        Assert.True((await client.FindAsync(poison)).IsRunning);

        async Task<bool> DiesAsync(NodeProcess process)
        {
            await Eventually.TrueAsync(async () => process.HasExited || (await client.Service.ListSetAsideAsync()).Count > 0);
            return process.HasExited;
        }
    }

    [Fact]
    public async Task InstanceThatWasSetAside_CanBeReleased()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(CommonTasks.Add, o => o.MaxDispatchCount = 3);
        await SetAsideAsync(hub, node, "Waits", "aside");

        Assert.True(await node.Service.ReleaseSetAsideAsync("aside"));
        Assert.False(await node.Service.ReleaseSetAsideAsync("nobody"));
        await node.Client.RaiseEventAsync("aside", "go", "mended");

        Assert.Equal("mended", await node.OutputOfAsync<string>("aside"));
        Assert.Empty(await node.Service.ListSetAsideAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task InstanceThatWasSetAside_CanBeTerminated_AndItsParentsCallFails(bool isChild)
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(CommonTasks.Add, o => o.MaxDispatchCount = 3);
        await SetAsideAsync(hub, node, isChild ? "ParentOfWaits" : "Waits", "aside");

        await node.Client.TerminateInstanceAsync("aside", "hopeless");

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await node.EndOfAsync("aside")).RuntimeStatus);
        Assert.Empty(await node.Service.ListSetAsideAsync());
        if (isChild)
        {
            Assert.True((await node.EndOfAsync("parent")).IsCompleted);
        }
    }

    [Fact]
    public async Task EventToAnInstanceThatWasSetAside_IsKept()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(CommonTasks.Add, o => o.MaxDispatchCount = 3);
        await SetAsideAsync(hub, node, "Waits", "aside");

        await node.Client.RaiseEventAsync("aside", "go", "kept");
        await node.Service.ReleaseSetAsideAsync("aside");

        Assert.Equal("kept", await node.OutputOfAsync<string>("aside"));
    }

    [Fact]
    public async Task Progress_ResetsTheCountOfDeaths()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(CommonTasks.Add, o => o.MaxDispatchCount = 3);
        await node.ScheduleAsync("Collects", 2, "i");
        await Eventually.TrueAsync(async () => (await node.HistoryAsync("i")).Count > 0);
        await node.EvictAsync("i");
        await hub.ExecuteAsync("update {hub}.instances set dispatches = 2");

        await node.Client.RaiseEventAsync("i", "e", "1");

        await Eventually.TrueAsync(async () => await hub.ScalarAsync<int>("select dispatches from {hub}.instances") == 0);
    }

    /// <summary>Sets an instance's count of nodes that died with it to the maximum.</summary>
    private static async Task SetAsideAsync(TestHub hub, TestNode node, string orchestrator, string id)
    {
        if (orchestrator is "ParentOfWaits")
        {
            await node.ScheduleAsync(orchestrator, id, "parent");
        }
        else
        {
            await node.ScheduleAsync(orchestrator, id: id);
        }

        await Eventually.TrueAsync(async () => await node.Client.GetInstanceAsync(id) is not null && (await node.HistoryAsync(id)).Count > 0);
        await node.EvictAsync(id);
        await hub.ExecuteAsync($"update {{hub}}.instances set dispatches = 3 where id = '{id}'");
        Assert.Single(await node.Service.ListSetAsideAsync());
    }
}
