using FunctionApp.Tests.Hosting;
using Microsoft.DurableTask.Client;

namespace FunctionApp.Tests.EmbeddedFunctions.Engine.Rules;

[Collection(LocalServicesCollection.Name)]
public sealed class LifecycleRules(SharedNode node) : IClassFixture<SharedNode>
{
    [Fact]
    public async Task Suspend_LetsARunningActivityFinish_AndTheOrchestratorStandStill()
    {
        var release = new TaskCompletionSource<string>();
        var finished = new TaskCompletionSource();
        node.Functions
            .Activity<string, string>("Suspend-first", async (_, _) => await release.Task)
            .Activity<string, string>("Suspend-second", s =>
            {
                finished.SetResult();
                return s;
            });
        var id = await node.StartAsync(async context =>
        {
            await context.CallActivityAsync<string>("Suspend-first", "x");
            return await context.CallActivityAsync<string>("Suspend-second", "x");
        });
        await node.Client.SuspendInstanceAsync(id, "hold");
        release.SetResult("x");
        await node.HistoryHasAsync(id, "TaskCompleted");
        var suspended = await node.Client.GetInstanceAsync(id, getInputsAndOutputs: true);

        Assert.Equal(OrchestrationRuntimeStatus.Suspended, suspended!.RuntimeStatus);
        Assert.False(suspended.IsRunning || suspended.IsCompleted);
        Assert.Equal("hold", suspended.SerializedOutput);
        Assert.False(finished.Task.IsCompleted);

        await node.Client.ResumeInstanceAsync(id, "go on");
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await node.Node.EndOfAsync(id)).RuntimeStatus);
        Assert.Equal(1, (await node.Node.HistoryAsync(id)).Count(t => t == "Resumed"));
    }

    [Fact]
    public async Task SuspendTwice_AndResumeOfARunningOne_AreRefused()
    {
        var id = await node.StartAsync(context => context.WaitForExternalEvent<string>("go"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => node.Client.ResumeInstanceAsync(id));
        await node.Client.SuspendInstanceAsync(id);
        await Assert.ThrowsAsync<InvalidOperationException>(() => node.Client.SuspendInstanceAsync(id));
    }

    [Fact]
    public async Task Terminate_WhileSuspended_SerializesTheOutput()
    {
        var id = await node.StartAsync(context => context.WaitForExternalEvent<string>("go"));
        await node.Client.SuspendInstanceAsync(id);

        await node.Client.TerminateInstanceAsync(id, new { Reason = "enough" });
        var end = await node.Node.EndOfAsync(id);

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, end.RuntimeStatus);
        Assert.Equal("{\"Reason\":\"enough\"}", end.SerializedOutput);
        Assert.Null(end.FailureDetails);
    }

    [Fact]
    public async Task Terminate_WithoutOutput_GivesNone()
    {
        var id = await node.StartAsync(context => context.WaitForExternalEvent<string>("go"));

        await node.Client.TerminateInstanceAsync(id);

        Assert.Null((await node.Node.EndOfAsync(id)).SerializedOutput);
    }

    [Fact]
    public async Task TerminatedChild_FailsTheCallOfItsParent()
    {
        node.Functions.Orchestrator("TerminatedChild-child", context => context.WaitForExternalEvent<string>("never"));
        var id = await node.StartAsync(async context =>
            (await Assert.ThrowsAsync<Microsoft.DurableTask.TaskFailedException>(() => context.CallSubOrchestratorAsync<string>(
                "TerminatedChild-child",
                new Microsoft.DurableTask.SubOrchestrationOptions(instanceId: "to-be-terminated")))).TaskName);
        await node.Client.WaitForInstanceStartAsync("to-be-terminated", EngineNode.Patience);

        await node.Client.TerminateInstanceAsync("to-be-terminated");

        Assert.Equal("TerminatedChild-child", (await node.Node.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task CommandsToAFinishedOrUnknownInstance_AreRefused_AndChangeNothing()
    {
        var end = await node.RunAsync(_ => Task.FromResult("done"));

        foreach (var id in new[] { end.InstanceId, "unknown" })
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => node.Client.RaiseEventAsync(id, "go", "x"));
            await Assert.ThrowsAsync<InvalidOperationException>(() => node.Client.TerminateInstanceAsync(id));
            await Assert.ThrowsAsync<InvalidOperationException>(() => node.Client.SuspendInstanceAsync(id));
            await Assert.ThrowsAsync<InvalidOperationException>(() => node.Client.ResumeInstanceAsync(id));
        }

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await node.Client.GetInstanceAsync(end.InstanceId))!.RuntimeStatus);
        Assert.Null(await node.Client.GetInstanceAsync("unknown"));
    }

    [Fact]
    public async Task GeneratedId_IsThirtyTwoHexDigits_AndAnEmptyOneCountsAsNone()
    {
        node.Functions.Orchestrator("Ids", _ => Task.FromResult("x"));

        var none = await node.Client.ScheduleNewOrchestrationInstanceAsync("Ids");
        var empty = await node.Client.ScheduleNewOrchestrationInstanceAsync("Ids", new Microsoft.DurableTask.StartOrchestrationOptions(string.Empty));

        Assert.Matches("^[0-9a-f]{32}$", none);
        Assert.Matches("^[0-9a-f]{32}$", empty);
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("a@b:c%d")]
    [InlineData("é")]
    public async Task UnusualIds_AreFine(string id)
    {
        node.Functions.Orchestrator("UnusualIds", _ => Task.FromResult("x"));

        await node.Client.ScheduleNewOrchestrationInstanceAsync("UnusualIds", new Microsoft.DurableTask.StartOrchestrationOptions(id));

        Assert.Equal(id, (await node.Node.EndOfAsync(id)).InstanceId);
    }

    [Fact]
    public async Task WaitForAnUnknownInstance_LastsUntilItsToken()
    {
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        var canceled = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => node.Client.WaitForInstanceCompletionAsync("never-scheduled", cancellation: source.Token));

        Assert.Equal("The WaitForInstanceCompletionAsync operation was canceled.", canceled.Message);
    }

    [Fact]
    public async Task MetadataWithoutInputsAndOutputs_HasNone()
    {
        var end = await node.RunAsync(_ => Task.FromResult("done"), "input");

        var bare = await node.Client.GetInstanceAsync(end.InstanceId);

        Assert.Null(bare!.SerializedInput);
        Assert.Null(bare.SerializedOutput);
        Assert.Null(bare.SerializedCustomStatus);
        Assert.Throws<InvalidOperationException>(() => bare.ReadOutputAs<string>());
    }

    [Fact]
    public async Task PurgeByFilter_CountsTerminatedAndFailedOnesOfTheWindow_AndSparesTheRunning()
    {
        var failed = await node.RunAsync<string>(_ => throw new InvalidOperationException("no"), name: "Purge-failed");
        var terminated = await node.StartAsync(context => context.WaitForExternalEvent<string>("go"), name: "Purge-terminated");
        await node.Client.TerminateInstanceAsync(terminated);
        await node.Node.EndOfAsync(terminated);
        var running = await node.StartAsync(context => context.WaitForExternalEvent<string>("go"), name: "Purge-running");

        await node.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(failed.CreatedAt.AddSeconds(-1), null, null));

        Assert.Null(await node.Client.GetInstanceAsync(failed.InstanceId));
        Assert.Null(await node.Client.GetInstanceAsync(terminated));
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await node.Client.GetInstanceAsync(running))!.RuntimeStatus);
        Assert.Empty(await node.Node.HistoryAsync(failed.InstanceId));
    }

    [Fact]
    public async Task PurgeById_TakesItsChildrenAlongWhenAskedTo()
    {
        node.Functions.Orchestrator("Purge-child", _ => Task.FromResult("x"));
        var end = await node.RunAsync(context => context.CallSubOrchestratorAsync<string>(
            "Purge-child", new Microsoft.DurableTask.SubOrchestrationOptions(instanceId: "purged-child")));

        var purged = await node.Client.PurgeInstanceAsync(end.InstanceId, new PurgeInstanceOptions(Recursive: true));

        Assert.Equal(2, purged.PurgedInstanceCount);
        Assert.Null(purged.IsComplete);
        Assert.Null(await node.Client.GetInstanceAsync("purged-child"));
    }

    [Fact]
    public async Task ChildId_CanBeUsedAgainOnceTheFirstHasCompleted()
    {
        node.Functions.Orchestrator("SameChild", context => Task.FromResult(context.GetInput<int>()));

        var end = await node.RunAsync(async context =>
        {
            var options = new Microsoft.DurableTask.SubOrchestrationOptions(instanceId: "same-child");
            return await context.CallSubOrchestratorAsync<int>("SameChild", 1, options)
                + await context.CallSubOrchestratorAsync<int>("SameChild", 2, options);
        });

        Assert.Equal(3, end.ReadOutputAs<int>());
    }

    [Fact]
    public async Task Tags_AreKept()
    {
        node.Functions.Orchestrator("Tagged", _ => Task.FromResult("x"));
        var options = new Microsoft.DurableTask.StartOrchestrationOptions
        {
            Tags = new Dictionary<string, string>(StringComparer.Ordinal) { ["customer"] = "42" },
        };

        var end = await node.Node.EndOfAsync(await node.Client.ScheduleNewOrchestrationInstanceAsync("Tagged", null, options));

        Assert.Equal("42", end.Tags["customer"]);
    }
}
