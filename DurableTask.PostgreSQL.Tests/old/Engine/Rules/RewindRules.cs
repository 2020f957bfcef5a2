using FunctionApp.Tests.Hosting;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace FunctionApp.Tests.EmbeddedFunctions.Engine.Rules;

/// <summary>What a rewind takes back, and what it keeps.</summary>
[Collection(LocalServicesCollection.Name)]
public sealed class RewindRules(SharedNode node) : IClassFixture<SharedNode>
{
    private const int Repetitions = 10;

    private bool _broken = true;

    [Fact]
    public async Task FailedGrandchild_GoesOn_AndItsParentsHearOfIt()
    {
        var good = 0;
        AddChild("Grandchild", () => Interlocked.Increment(ref good));
        node.Functions.Orchestrator("Child", context => context.CallSubOrchestratorAsync<string>("Grandchild"));

        // A child may end faster than its parent is back: more than one try, so that it does.
        for (var n = 0; n < Repetitions; n++)
        {
            (_broken, good) = (true, 0);
            var failed = await node.RunAsync(async context => string.Join(',', await Task.WhenAll(
                context.CallSubOrchestratorAsync<string>("Child"), context.CallActivityAsync<string>("Grandchild-good", "z"))));
            _broken = false;
            await node.Client.RewindInstanceAsync(failed.InstanceId, "mended");

            Assert.Equal(OrchestrationRuntimeStatus.Failed, failed.RuntimeStatus);
            Assert.Equal("gb,z", (await EndAfterRewindAsync(failed.InstanceId)).ReadOutputAs<string>());
            Assert.Equal(2, good);
        }
    }

    [Fact]
    public async Task ChildThatWasRewoundBefore_CountsWithWhatItHasBecome()
    {
        AddChild("RewoundAlone", () => { });
        var failed = await node.RunAsync(context =>
            context.CallSubOrchestratorAsync<string>("RewoundAlone", new SubOrchestrationOptions(instanceId: "rewound-alone")));
        _broken = false;
        await node.Client.RewindInstanceAsync("rewound-alone", "mended");
        Assert.Equal("gb", (await EndAfterRewindAsync("rewound-alone")).ReadOutputAs<string>());

        await node.Client.RewindInstanceAsync(failed.InstanceId, "mended");

        Assert.Equal("gb", (await EndAfterRewindAsync(failed.InstanceId)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task AfterRetries_TheLastAttemptIsMadeAgain()
    {
        var calls = 0;
        node.Functions.Activity<string, string>("Retried", s => ++calls > 0 && _broken ? throw new InvalidOperationException("no") : s);
        var failed = await node.RunAsync(context => context.CallActivityAsync<string>(
            "Retried", "b", TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromMilliseconds(1)))));
        _broken = false;

        await node.Client.RewindInstanceAsync(failed.InstanceId, "mended");

        Assert.Equal("b", (await EndAfterRewindAsync(failed.InstanceId)).ReadOutputAs<string>());
        Assert.Equal(4, calls);
    }

    private void AddChild(string name, Action onGood) => node.Functions
        .Activity<string, string>($"{name}-good", s =>
        {
            onGood();
            return s;
        })
        .Activity<string, string>($"{name}-bad", s => _broken ? throw new InvalidOperationException("no") : s)
        .Orchestrator(name, async context =>
            await context.CallActivityAsync<string>($"{name}-good", "g") + await context.CallActivityAsync<string>($"{name}-bad", "b"));

    /// <summary>The end that follows a rewind, not the one before it: a rewind is done when the client's task is.</summary>
    private Task<OrchestrationMetadata> EndAfterRewindAsync(string id) => node.Node.EndOfAsync(id);
}
