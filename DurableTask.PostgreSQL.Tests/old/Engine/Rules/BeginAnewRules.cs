using EmbeddedFunctions.Engine.Orchestration;
using FunctionApp.Tests.Hosting;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace FunctionApp.Tests.EmbeddedFunctions.Engine.Rules;

/// <summary>Continue-as-new together with whatever else happens to an instance at the same moment.</summary>
[Collection(LocalServicesCollection.Name)]
public sealed class BeginAnewRules(LocalServicesFixture services, SharedNode node) : IClassFixture<SharedNode>
{
    [Theory]
    [InlineData(true, "early,late")]
    [InlineData(false, "late,")]
    public async Task EventsAfterTheRequest_AreTheNextRuns_WhateverBecomesOfTheOthers(bool preserve, string expected)
    {
        var release = new TaskCompletionSource<string>();
        node.Functions.Activity<string, string>("AfterTheRequest", async (_, _) => await release.Task);
        var id = await node.StartAsync(
            async context =>
            {
                if (context.GetInput<int>() == 1)
                {
                    var first = await context.WaitForExternalEvent<string>("item");
                    return $"{first},{(first == "early" ? await context.WaitForExternalEvent<string>("item") : null)}";
                }

                await context.WaitForExternalEvent<string>("go");
                context.ContinueAsNew(1, preserve);
                await context.CallActivityAsync<string>("AfterTheRequest", "x");
                return "ignored";
            },
            input: 0);
        await node.Client.RaiseEventAsync(id, "item", "early");
        await node.Client.RaiseEventAsync(id, "go", "x");
        await node.HistoryHasAsync(id, "TaskScheduled");
        await node.Client.RaiseEventAsync(id, "item", "late");
        release.SetResult("x");

        Assert.Equal(expected, (await node.Node.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task EventInTheSameStepAsTheRequest_IsTheNextRuns_EvenIfOthersAreDropped()
    {
        var gate = new Gate();
        var id = await node.StartAsync(
            async context =>
            {
                if (context.GetInput<int>() == 1)
                {
                    return await context.WaitForExternalEvent<string>("item");
                }

                gate.Pass();
                await context.WaitForExternalEvent<string>("go");
                context.ContinueAsNew(1, preserveUnprocessedEvents: false);
                return "ignored";
            },
            input: 0);
        await gate.Reached;
        Held(node.Node, id).Post(new EventArrived("go", null));
        Held(node.Node, id).Post(new EventArrived("item", "\"at the last moment\""));
        gate.Open();

        Assert.Equal("at the last moment", (await node.Node.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task SuspensionInTheSameStepAsTheRequest_HoldsTheNewRun_UntilItIsResumed()
    {
        var gate = new Gate();
        var id = await node.StartAsync(
            async context =>
            {
                if (context.GetInput<int>() == 1)
                {
                    return await context.WaitForExternalEvent<string>("item");
                }

                context.SetCustomStatus("first run");
                gate.Pass();
                await context.WaitForExternalEvent<string>("go");
                context.SetCustomStatus("first run ends");
                context.ContinueAsNew(1);
                return "ignored";
            },
            input: 0);
        await gate.Reached;
        Held(node.Node, id).Post(new EventArrived("go", null));
        Held(node.Node, id).Post(new SuspendRequested("hold"));
        Held(node.Node, id).Post(new EventArrived("item", "\"kept\""));
        gate.Open();
        var suspended = await StateAsync(id, s => s.SerializedInput == "1");

        Assert.Equal((OrchestrationRuntimeStatus.Suspended, "hold", "null"), Shown(suspended));
        await node.Client.ResumeInstanceAsync(id);
        Assert.Equal("kept", (await node.Node.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task TerminationInTheSameStepAsTheRequest_EndsTheInstance()
    {
        var gate = new Gate();
        var id = await node.StartAsync(async context =>
        {
            gate.Pass();
            await context.WaitForExternalEvent<string>("go");
            context.ContinueAsNew();
            return "ignored";
        });
        await gate.Reached;
        Held(node.Node, id).Post(new EventArrived("go", null));
        Held(node.Node, id).Post(new TerminateRequested("\"enough\"", Recursive: false));
        gate.Open();
        var end = await node.Node.EndOfAsync(id);

        Assert.Equal((OrchestrationRuntimeStatus.Terminated, "\"enough\"", "null"), Shown(end));
    }

    [Fact]
    public async Task ResumeReason_AndCustomStatus_EndWithTheRun()
    {
        var id = await node.StartAsync(WaitsTwice, input: 0);
        await node.Client.WaitForInstanceStartAsync(id, EngineNode.Patience);
        await node.Client.SuspendInstanceAsync(id, "hold");
        await node.Client.ResumeInstanceAsync(id, "go on");
        Assert.Equal("go on", (await StateAsync(id, s => s.IsRunning)).SerializedOutput);

        await node.Client.RaiseEventAsync(id, "go", "x");

        Assert.Equal((OrchestrationRuntimeStatus.Running, null, "null"), Shown(await StateAsync(id, s => s.SerializedInput == "1")));
    }

    [Fact]
    public async Task RequestThatAResumptionBrings_LeavesTheNewRunRunning()
    {
        var id = await node.StartAsync(WaitsTwice, input: 0);
        await node.Client.WaitForInstanceStartAsync(id, EngineNode.Patience);
        await node.Client.SuspendInstanceAsync(id, "hold");
        await node.Client.RaiseEventAsync(id, "go", "x");
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await node.Client.GetInstanceAsync(id))!.RuntimeStatus);

        await node.Client.ResumeInstanceAsync(id, "go on");

        Assert.Equal((OrchestrationRuntimeStatus.Running, null, "null"), Shown(await StateAsync(id, s => s.SerializedInput == "1")));
    }

    [Fact]
    public async Task HandOverInTheSameStepAsTheRequest_LetsAnotherNodeRunTheNewRun()
    {
        var database = await services.CreateDatabaseAsync();
        var gate = new Gate();
        TestFunctions Functions() => new TestFunctions().Orchestrator("Anew", async context =>
        {
            if (context.GetInput<int>() == 1)
            {
                return $"{await context.WaitForExternalEvent<string>("item")},{await context.WaitForExternalEvent<string>("item")}";
            }

            gate.Pass();
            await context.WaitForExternalEvent<string>("go");
            context.ContinueAsNew(1);
            return "ignored";
        });
        string id;
        await using (var first = await EngineNode.StartAsync(database, Functions()))
        {
            id = await first.Client.ScheduleNewOrchestrationInstanceAsync("Anew", 0);
            await gate.Reached;
            Held(first, id).Post(new EventArrived("go", null));
            Held(first, id).Post(new HandOverRequested());
            Held(first, id).Post(new EventArrived("item", "\"with it\""));
            gate.Open();
        }

        await using var second = await EngineNode.StartAsync(database, Functions());
        await second.Client.RaiseEventAsync(id, "item", "after it");
        var end = await second.EndOfAsync(id);

        Assert.Equal("with it,after it", end.ReadOutputAs<string>());
        Assert.Equal(["EventRaised", "EventRaised", "Completed"], await second.HistoryAsync(id));
    }

    [Fact]
    public async Task ChildThatBeginsAnew_AnswersItsParentOnce_WithItsLastRun()
    {
        node.Functions.Orchestrator("AnewChild", context =>
        {
            if (context.GetInput<int>() < 3)
            {
                context.ContinueAsNew(context.GetInput<int>() + 1);
            }

            return Task.FromResult($"{context.Parent!.InstanceId == "anew-parent"} {context.InstanceId} {context.GetInput<int>()}");
        });
        node.Functions.Orchestrator("AnewParent", context => context.CallSubOrchestratorAsync<string>(
            "AnewChild", 0, new SubOrchestrationOptions(instanceId: "anew-child")));

        await node.Client.ScheduleNewOrchestrationInstanceAsync("AnewParent", new StartOrchestrationOptions("anew-parent"));

        Assert.Equal("True anew-child 3", (await node.Node.EndOfAsync("anew-parent")).ReadOutputAs<string>());
        Assert.Equal(["SubOrchestrationCreated", "SubOrchestrationCompleted", "Completed"], await node.Node.HistoryAsync("anew-parent"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    public async Task NoNewVersion_KeepsTheOldOne_AndTheTags(string? version)
    {
        node.Functions.Orchestrator("KeepsVersion", context =>
        {
            if (context.GetInput<int>() == 0)
            {
                context.ContinueAsNew(new ContinueAsNewOptions { NewInput = 1, NewVersion = version });
            }

            return Task.FromResult(context.Version);
        });

        var end = await node.Node.EndOfAsync(await node.Client.ScheduleNewOrchestrationInstanceAsync("KeepsVersion", 0, new StartOrchestrationOptions
        {
            Version = new TaskVersion("3.1"),
            Tags = new Dictionary<string, string>(StringComparer.Ordinal) { ["customer"] = "42" },
        }));

        Assert.Equal("3.1", end.ReadOutputAs<string>());
        Assert.Equal("42", end.Tags["customer"]);
    }

    private static async Task<string> WaitsTwice(TaskOrchestrationContext context)
    {
        if (context.GetInput<int>() == 1)
        {
            return await context.WaitForExternalEvent<string>("never");
        }

        await context.WaitForExternalEvent<string>("go");
        context.SetCustomStatus("the first run's");
        context.ContinueAsNew(1);
        return "ignored";
    }

    private static LiveInstance Held(EngineNode node, string id) =>
        node.Engine.Host.TryFind(id, out var instance) ? instance : throw new InvalidOperationException($"{id} is not in memory");

    private static (OrchestrationRuntimeStatus Status, string? Output, string? CustomStatus) Shown(OrchestrationMetadata instance) =>
        (instance.RuntimeStatus, instance.SerializedOutput, instance.SerializedCustomStatus);

    private async Task<OrchestrationMetadata> StateAsync(string id, Func<OrchestrationMetadata, bool> reached)
    {
        OrchestrationMetadata? state = null;
        await Eventually.TrueAsync(async () =>
            (state = await node.Client.GetInstanceAsync(id, getInputsAndOutputs: true)) is not null && reached(state));
        return state!;
    }

    /// <summary>Holds an orchestrator in the middle of its first step, so that what is sent meanwhile comes all at once.</summary>
    private sealed class Gate
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _open = new();

        public Task Reached => _reached.Task.WaitAsync(EngineNode.Patience);

        public void Pass()
        {
            _reached.TrySetResult();
            _open.Wait(EngineNode.Patience);
        }

        public void Open() => _open.Set();
    }
}
