using FunctionApp.Tests.Hosting;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace FunctionApp.Tests.EmbeddedFunctions.Engine.Rules;

/// <summary>Ids, texts and values that nobody gives on purpose.</summary>
[Collection(LocalServicesCollection.Name)]
public sealed class OddValueRules(SharedNode node) : IClassFixture<SharedNode>
{
    [Theory]
    [InlineData(256, true)]
    [InlineData(257, false)]
    [InlineData(5000, false)]
    public async Task Id_HasAtMost256Characters(int length, bool isFine)
    {
        node.Functions.Orchestrator("LongId", _ => Task.FromResult("x"));
        var id = new string('é', length);
        Task<string> Start() => node.Client.ScheduleNewOrchestrationInstanceAsync("LongId", new StartOrchestrationOptions(id));

        if (isFine)
        {
            Assert.Equal(id, (await node.Node.EndOfAsync(await Start())).InstanceId);
        }
        else
        {
            Assert.Contains("256", (await Assert.ThrowsAsync<ArgumentException>(Start)).Message, StringComparison.Ordinal);
            Assert.Null(await node.Client.GetInstanceAsync(id));
        }
    }

    [Theory]
    [InlineData("@entity@key")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a#b")]
    [InlineData("a?b")]
    [InlineData("a\u0000b")]
    [InlineData("a\nb")]
    [InlineData("a\u007fb")]
    public async Task Id_ThatCannotBeOne_IsRefused(string id)
    {
        node.Functions.Orchestrator("OddId", _ => Task.FromResult("x"));

        await Assert.ThrowsAsync<ArgumentException>(
            () => node.Client.ScheduleNewOrchestrationInstanceAsync("OddId", new StartOrchestrationOptions(id)));
    }

    [Fact]
    public async Task Ids_DifferByCase()
    {
        node.Functions.Orchestrator("CasedId", context => Task.FromResult(context.InstanceId));

        foreach (var id in new[] { "cased", "Cased" })
        {
            await node.Client.ScheduleNewOrchestrationInstanceAsync("CasedId", new StartOrchestrationOptions(id));
        }

        Assert.Equal("cased", (await node.Node.EndOfAsync("cased")).ReadOutputAs<string>());
        Assert.Equal("Cased", (await node.Node.EndOfAsync("Cased")).ReadOutputAs<string>());
    }

    [Theory]
    [InlineData("too long")]
    [InlineData("NUL")]
    [InlineData("lone surrogate")]
    public async Task ChildsId_ThatCannotBeOne_HarmsItsInstanceAlone(string what)
    {
        var childId = what == "too long" ? string.Concat(Enumerable.Range(0, 500).Select(n => $"{n * 7919}")) : Odd(what);
        node.Functions.Orchestrator("OddChildId-child", _ => Task.FromResult("x"));
        var other = await node.StartAsync(context => context.WaitForExternalEvent<string>("go"), name: "OddChildId-other");

        var end = await node.RunAsync(context => context.CallSubOrchestratorAsync<string>(
            "OddChildId-child", new SubOrchestrationOptions(instanceId: childId)));
        await node.Client.RaiseEventAsync(other, "go", "unharmed");

        Assert.True(end.IsCompleted);
        Assert.Equal("unharmed", (await node.Node.EndOfAsync(other)).ReadOutputAs<string>());
    }

    [Theory]
    [InlineData("NUL")]
    [InlineData("lone surrogate")]
    public async Task FailureInWordsThatNoDatabaseTakes_IsToldAsFarAsItGoes(string what)
    {
        var message = Odd(what);
        node.Functions.Activity<string, string>("OddWords-activity", string (_) => throw new InvalidOperationException(message));

        var own = await node.RunAsync<string>(_ => throw new InvalidOperationException(message), name: "OddWords-own");
        var activitys = await node.RunAsync(context => context.CallActivityAsync<string>("OddWords-activity", "x"), name: "OddWords-parent");

        Assert.Equal("System.InvalidOperationException: a\ufffdb", own.SerializedOutput);
        Assert.Equal(
            "Microsoft.DurableTask.TaskFailedException: Task 'OddWords-activity' (#0) failed with an unhandled exception: a\ufffdb",
            activitys.SerializedOutput);
    }

    [Theory]
    [InlineData("NUL")]
    [InlineData("lone surrogate")]
    public async Task ReasonInWordsThatNoDatabaseTakes_DoesNotHarmTheInstance(string what)
    {
        var reason = Odd(what);
        var id = await node.StartAsync(context => context.WaitForExternalEvent<string>("go"));
        await node.Client.WaitForInstanceStartAsync(id, EngineNode.Patience);

        await node.Client.SuspendInstanceAsync(id, reason);
        Assert.Equal("a\ufffdb", (await node.Client.GetInstanceAsync(id, getInputsAndOutputs: true))!.SerializedOutput);
        await node.Client.ResumeInstanceAsync(id, reason);
        await Assert.ThrowsAsync<ArgumentException>(() => node.Client.RaiseEventAsync(id, reason, "x"));
        await node.Client.RaiseEventAsync(id, "go", reason);

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await node.Node.EndOfAsync(id)).RuntimeStatus);
    }

    [Fact]
    public async Task OptionsInPlaceOfAnInput_AreRefused()
    {
        node.Functions.Activity<string, string>("Misplaced", s => s);

        var end = await node.RunAsync(async context =>
        {
            object options = TaskOptions.FromRetryPolicy(new RetryPolicy(2, TimeSpan.FromSeconds(1)));
            return (await Assert.ThrowsAsync<ArgumentException>(() => context.CallActivityAsync<string>("Misplaced", input: options))).ParamName;
        });

        Assert.Equal("input", end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task DefaultStructs_AreValuesLikeOthers()
    {
        node.Functions.Activity<Guid, string>("Structs", g => $"{g:N}");
        var end = await node.RunAsync(
            async context => $"{context.GetInput<DateTime>():O} {await context.CallActivityAsync<string>("Structs", default(Guid))} "
                + $"{await context.WaitForExternalEvent<TimeSpan>("span", TimeSpan.Zero).ContinueWith(t => t.Status, TaskScheduler.FromCurrentSynchronizationContext())}",
            default(DateTime));

        Assert.Equal("0001-01-01T00:00:00.0000000 00000000000000000000000000000000 Canceled", end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task Payloads_AreCarriedUpToTheLimit_AndNotAByteBeyond()
    {
        var limit = node.Node.Engine.Options.MaxPayloadBytes;
        var whole = new string('x', limit - 2);
        node.Functions.Activity<string, string>("Limit-activity", s => s);
        var id = await node.StartAsync(
            async context =>
            {
                var result = await context.CallActivityAsync<string>("Limit-activity", await context.WaitForExternalEvent<string>("go"));
                return result.Length == context.GetInput<string>()!.Length ? result : "cut";
            },
            whole);
        await node.Client.RaiseEventAsync(id, "go", whole);

        Assert.Equal(limit, (await node.Node.EndOfAsync(id)).SerializedOutput!.Length);
        await Assert.ThrowsAsync<ArgumentException>(() => node.Client.RaiseEventAsync(id, "go", whole + "x"));
        await Assert.ThrowsAsync<ArgumentException>(() => node.StartAsync(_ => Task.FromResult("x"), whole + "x", "Limit-beyond"));
    }

    /// <summary>A text with a character in it that is none; such characters are not kept in an attribute.</summary>
    private static string Odd(string what) => what == "NUL" ? "a\0b" : "a\ud800b";
}
