using FunctionApp.Tests.Hosting;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace FunctionApp.Tests.EmbeddedFunctions.Engine.Rules;

/// <summary>What the client's operations do beyond their first argument.</summary>
[Collection(LocalServicesCollection.Name)]
public sealed class ClientRules(SharedNode node) : IClassFixture<SharedNode>
{
    [Fact]
    public async Task FailureDetails_AreThereWithInputsAndOutputsAlone()
    {
        var end = await node.RunAsync<string>(_ => throw new InvalidOperationException("no"));

        Assert.Equal("no", end.FailureDetails!.ErrorMessage);
        var bare = (await node.Client.GetInstanceAsync(end.InstanceId))!;
        Assert.Equal(OrchestrationRuntimeStatus.Failed, bare.RuntimeStatus);
        Assert.Null(bare.FailureDetails);
    }

    [Theory]
    [InlineData(true, 3)]
    [InlineData(false, 1)]
    public async Task PurgeByFilter_TakesTheChildrenAlongWhenAskedTo_WhateverTheirState(bool recursive, int count)
    {
        var test = $"purge-{recursive}";
        node.Functions
            .Orchestrator("Purges-grandchild", context => context.WaitForExternalEvent<string>("never"))
            .Orchestrator("Purges-child", context => context.CallSubOrchestratorAsync<string>(
                "Purges-grandchild", new SubOrchestrationOptions(instanceId: context.InstanceId + "-grandchild")))
            .Orchestrator("Purges", context => context.CallSubOrchestratorAsync<string>(
                "Purges-child", new SubOrchestrationOptions(instanceId: context.InstanceId + "-child")));
        var from = TimeProvider.System.GetUtcNow();
        await node.Client.ScheduleNewOrchestrationInstanceAsync("Purges", new StartOrchestrationOptions(test));
        await node.Client.WaitForInstanceStartAsync($"{test}-child-grandchild", EngineNode.Patience);
        await node.Client.TerminateInstanceAsync(test);
        await node.Node.EndOfAsync(test);

        var purged = await node.Client.PurgeAllInstancesAsync(
            new PurgeInstancesFilter(from, null, [OrchestrationRuntimeStatus.Terminated]), new PurgeInstanceOptions(recursive));

        Assert.Equal(count, purged.PurgedInstanceCount);
        Assert.Null(await node.Client.GetInstanceAsync(test));
        Assert.Equal(recursive, await node.Client.GetInstanceAsync($"{test}-child") is null);
        Assert.Equal(recursive, await node.Client.GetInstanceAsync($"{test}-child-grandchild") is null);
    }

    [Fact]
    public async Task Tags_AreInQueriesToo_WithOrWithoutInputs_AndAChildHasItsOwn()
    {
        node.Functions
            .Orchestrator("Tags-child", _ => Task.FromResult("x"))
            .Orchestrator("Tags", context => context.CallSubOrchestratorAsync<string>(
                "Tags-child",
                new SubOrchestrationOptions(instanceId: "tags-child") { Tags = new Dictionary<string, string>(StringComparer.Ordinal) { ["child"] = "1" } }));
        await node.Client.ScheduleNewOrchestrationInstanceAsync("Tags", new StartOrchestrationOptions("tags-parent")
        {
            Tags = new Dictionary<string, string>(StringComparer.Ordinal) { ["parent"] = "2" },
        });
        await node.Node.EndOfAsync("tags-parent");

        foreach (var fetch in new[] { true, false })
        {
            var rows = await node.Client.GetAllInstancesAsync(new OrchestrationQuery(InstanceIdPrefix: "tags-", FetchInputsAndOutputs: fetch)).ToListAsync();
            Assert.Equal(["child 1", "parent 2"], rows.Select(row => string.Join(' ', Assert.Single(row.Tags).Key, row.Tags.Values.Single())));
        }
    }

    [Fact]
    public async Task Restart_KeepsNameInputVersionAndTags_UnderWhicheverId()
    {
        node.Functions.Orchestrator("Restarts", context => Task.FromResult($"{context.Name} {context.Version} {context.GetInput<int>()}"));
        await node.Client.ScheduleNewOrchestrationInstanceAsync("rEstarts", 7, new StartOrchestrationOptions("restarts")
        {
            Version = new TaskVersion("1.2"),
            Tags = new Dictionary<string, string>(StringComparer.Ordinal) { ["customer"] = "42" },
        });
        var first = await node.Node.EndOfAsync("restarts");

        foreach (var asNew in new[] { true, false })
        {
            var id = await node.Client.RestartAsync("restarts", asNew);
            var again = await node.Node.EndOfAsync(id);

            Assert.Matches(asNew ? "^[0-9a-f]{32}$" : "^restarts$", id);
            Assert.Equal("rEstarts 1.2 7", again.ReadOutputAs<string>());
            Assert.Equal("42", again.Tags["customer"]);
            Assert.True(again.CreatedAt > first.CreatedAt);
        }
    }

    [Fact]
    public async Task RestartAndRewind_OfWhatCannot_AreRefused()
    {
        var running = await node.StartAsync(context => context.WaitForExternalEvent<string>("go"));
        await node.Client.WaitForInstanceStartAsync(running, EngineNode.Patience);

        await Assert.ThrowsAsync<ArgumentException>(() => node.Client.RestartAsync("nobody"));
        await Assert.ThrowsAsync<ArgumentException>(() => node.Client.RewindInstanceAsync("nobody", "x"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => node.Client.RestartAsync(running));
        await Assert.ThrowsAsync<InvalidOperationException>(() => node.Client.RewindInstanceAsync(running, "x"));

        var other = await node.Client.RestartAsync(running, restartWithNewInstanceId: true);
        await node.Client.RaiseEventAsync(other, "go", "other");
        Assert.Equal("other", (await node.Node.EndOfAsync(other)).ReadOutputAs<string>());
        Assert.True((await node.Client.GetInstanceAsync(running))!.IsRunning);
    }

    [Fact]
    public async Task Pages_HaveATokenExceptTheLast_WhichAQueryCanBeginWith()
    {
        node.Functions.Orchestrator("Paged", _ => Task.FromResult("x"));
        foreach (var n in Enumerable.Range(1, 4))
        {
            await node.Node.EndOfAsync(await node.Client.ScheduleNewOrchestrationInstanceAsync("Paged", new StartOrchestrationOptions($"page-{n}")));
        }

        var query = new OrchestrationQuery(InstanceIdPrefix: "page-", PageSize: 2);
        var pages = await node.Client.GetAllInstancesAsync(query).AsPages().ToListAsync();
        var rest = await node.Client.GetAllInstancesAsync(query with { ContinuationToken = pages[0].ContinuationToken }).ToListAsync();
        var three = await node.Client.GetAllInstancesAsync(query).AsPages(pages[0].ContinuationToken, pageSizeHint: 1).ToListAsync();

        Assert.Equal([2, 2], pages.Select(page => page.Values.Count));
        Assert.Equal([true, false], pages.Select(page => page.ContinuationToken is not null));
        Assert.Equal(["page-3", "page-4"], rest.Select(row => row.InstanceId));
        Assert.Equal([1, 1], three.Select(page => page.Values.Count));
    }

    [Fact]
    public async Task ScheduledInstance_IsPending_AndItsStartIsWaitedFor()
    {
        node.Functions.Orchestrator("Later", context => Task.FromResult(context.CurrentUtcDateTime));
        var later = await node.Client.ScheduleNewOrchestrationInstanceAsync(
            "Later", new StartOrchestrationOptions(StartAt: TimeProvider.System.GetUtcNow().AddHours(1)));
        var at = TimeProvider.System.GetUtcNow().AddMilliseconds(400);
        var id = await node.Client.ScheduleNewOrchestrationInstanceAsync("Later", new StartOrchestrationOptions(StartAt: at));

        var started = await node.Client.WaitForInstanceStartAsync(id, EngineNode.Patience);
        var end = await node.Node.EndOfAsync(id);

        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await node.Client.GetInstanceAsync(later))!.RuntimeStatus);
        Assert.NotEqual(OrchestrationRuntimeStatus.Pending, started.RuntimeStatus);
        Assert.True(end.ReadOutputAs<DateTime>() >= at.UtcDateTime.AddMicroseconds(-1));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public async Task SendEvent_ToNobody_IsRefused(string instanceId)
    {
        var end = await node.RunAsync(context =>
        {
            var refused = Assert.Throws<ArgumentException>(() => context.SendEvent(instanceId, "go", "x"));
            return Task.FromResult(refused.ParamName);
        });

        Assert.Equal("instanceId", end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task Context_TellsOfItself()
    {
        node.Functions.Orchestrator("Itself-child", context => Task.FromResult($"{context.Parent!.Name} {context.Parent.InstanceId}"));
        node.Functions.Orchestrator("Itself", async context => string.Join(
            ' ',
            context.Name,
            context.InstanceId,
            context.Version,
            context.CompareVersionTo("1.10"),
            context.Parent is null,
            context.Properties.Count,
            await context.CallSubOrchestratorAsync<string>("Itself-child")));
        await node.Client.ScheduleNewOrchestrationInstanceAsync(
            "Itself", new StartOrchestrationOptions("itself") { Version = new TaskVersion("2.0") });

        Assert.Equal("Itself itself 2.0 1 True 0 Itself itself", (await node.Node.EndOfAsync("itself")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task CustomStatus_IsTheObjectAsItIsAtTheEndOfAStep()
    {
        var id = await node.StartAsync(async context =>
        {
            var done = new List<string>();
            context.SetCustomStatus(done);
            done.Add("begun");
            await context.WaitForExternalEvent<string>("go");
            done.Add("gone on");
            return "x";
        });
        await Eventually.TrueAsync(async () =>
            (await node.Client.GetInstanceAsync(id, getInputsAndOutputs: true))!.SerializedCustomStatus == "[\"begun\"]");

        await node.Client.RaiseEventAsync(id, "go", "x");

        Assert.Equal("[\"begun\",\"gone on\"]", (await node.Node.EndOfAsync(id)).SerializedCustomStatus);
    }
}
