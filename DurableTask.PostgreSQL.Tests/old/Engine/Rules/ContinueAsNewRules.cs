using FunctionApp.Tests.Hosting;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace FunctionApp.Tests.EmbeddedFunctions.Engine.Rules;

[Collection(LocalServicesCollection.Name)]
public sealed class ContinueAsNewRules(SharedNode node) : IClassFixture<SharedNode>
{
    [Theory]
    [InlineData(true, "1,2,3")]
    [InlineData(false, "fresh")]
    public async Task UnprocessedEvents_AreKeptInOrder_OrDropped(bool preserve, string expected)
    {
        var id = await node.StartAsync(async context =>
        {
            if (context.GetInput<bool>())
            {
                await context.WaitForExternalEvent<string>("go");
                context.ContinueAsNew(newInput: false, preserveUnprocessedEvents: preserve);
                return "ignored";
            }

            context.SetCustomStatus("second");
            var first = await context.WaitForExternalEvent<string>("item");
            return first == "fresh"
                ? first
                : $"{first},{await context.WaitForExternalEvent<string>("item")},{await context.WaitForExternalEvent<string>("item")}";
        }, input: true);
        foreach (var item in new[] { "1", "2", "3" })
        {
            await node.Client.RaiseEventAsync(id, "item", item);
        }

        await node.Client.RaiseEventAsync(id, "go", "x");
        await Eventually.TrueAsync(async () =>
            (await node.Client.GetInstanceAsync(id, getInputsAndOutputs: true)) is { } now
            && (now.IsCompleted || now.SerializedCustomStatus == "\"second\""));
        if (!preserve)
        {
            await node.Client.RaiseEventAsync(id, "item", "fresh");
        }

        var end = await node.Node.EndOfAsync(id);
        Assert.Equal(expected, end.ReadOutputAs<string>());
        Assert.Equal("false", end.SerializedInput);
    }

    [Fact]
    public async Task NewRun_HasNoCustomStatus_AndIsNotReplaying()
    {
        var end = await node.RunAsync(
            context =>
            {
                if (context.GetInput<int>() == 0)
                {
                    context.SetCustomStatus("first");
                    context.ContinueAsNew(1);
                }

                return Task.FromResult(context.IsReplaying);
            },
            input: 0);

        Assert.False(end.ReadOutputAs<bool>());
        Assert.Equal("null", end.SerializedCustomStatus);
    }

    [Fact]
    public async Task OutstandingActivity_EndsBeforeTheNewRunBegins()
    {
        var log = new List<string>();
        var release = new TaskCompletionSource<string>();
        node.Functions.Activity<string, string>("BeforeNewRun", async (_, _) =>
        {
            await release.Task;
            log.Add("activity");
            return "x";
        });
        var id = await node.StartAsync(
            context =>
            {
                if (context.GetInput<int>() == 0)
                {
                    _ = context.CallActivityAsync<string>("BeforeNewRun", "x");
                    context.ContinueAsNew(1);
                    return Task.FromResult("ignored");
                }

                log.Add("second run");
                return Task.FromResult("end");
            },
            input: 0);

        release.SetResult("x");
        await node.Node.EndOfAsync(id);

        Assert.Equal(["activity", "second run"], log);
    }

    [Fact]
    public async Task NewVersion_IsTheNextRuns()
    {
        var end = await node.RunAsync(
            context =>
            {
                if (context.GetInput<int>() == 0)
                {
                    context.ContinueAsNew(new ContinueAsNewOptions { NewInput = 1, NewVersion = "7.1" });
                }

                return Task.FromResult(context.Version);
            },
            input: 0);

        Assert.Equal("7.1", end.ReadOutputAs<string>());
        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
    }
}
