using FunctionApp.Tests.Hosting;
using Microsoft.DurableTask;

namespace FunctionApp.Tests.EmbeddedFunctions.Engine.Rules;

[Collection(LocalServicesCollection.Name)]
public sealed class ExternalEventRules(SharedNode node) : IClassFixture<SharedNode>
{
    [Fact]
    public async Task TwoWaitersOfOneName_AreServedLastInFirstOut()
    {
        var id = await node.StartAsync(async context =>
        {
            var first = context.WaitForExternalEvent<int>("item");
            var second = context.WaitForExternalEvent<int>("item");
            return await Task.WhenAll(first, second);
        });

        await node.Client.RaiseEventAsync(id, "item", 1);
        await node.Client.RaiseEventAsync(id, "item", 2);

        Assert.Equal(new List<int> { 2, 1 }, (await node.Node.EndOfAsync(id)).ReadOutputAs<List<int>>());
    }

    [Fact]
    public async Task WaitOfNoTime_TakesAnEventThatIsThere()
    {
        var id = await node.StartAsync(async context =>
        {
            await context.WaitForExternalEvent<string>("go");
            return await context.WaitForExternalEvent<string>("item", TimeSpan.Zero);
        });

        await node.Client.RaiseEventAsync(id, "nobody-waits-for-this", 1);
        await node.Client.RaiseEventAsync(id, "item", "there");
        await node.Client.RaiseEventAsync(id, "go", "x");

        Assert.Equal("there", (await node.Node.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task EventWithoutPayload_GivesNull()
    {
        var id = await node.StartAsync(async context => await context.WaitForExternalEvent<string?>("go") ?? "null");

        await node.Client.RaiseEventAsync(id, "go");

        Assert.Equal("null", (await node.Node.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task PayloadNames_MatchWithoutRegardToCase()
    {
        var id = await node.StartAsync(async context => (await context.WaitForExternalEvent<Payload>("go")).Amount);

        await node.Client.RaiseEventAsync(id, "go", new { aMOUNT = 7 });

        Assert.Equal(7, (await node.Node.EndOfAsync(id)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task CancelledWait_ThrowsAnOperationCanceledException()
    {
        var end = await node.RunAsync(async context =>
        {
            using var source = new CancellationTokenSource();
            var wait = context.WaitForExternalEvent<string>("never", source.Token);
            source.Cancel();
            return (await Assert.ThrowsAsync<TaskCanceledException>(() => wait)).Message;
        });

        Assert.Equal("A task was canceled.", end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task WaitThatIsCancelledAlready_TakesAnEventThatIsThere_AndLosesTheNextOne()
    {
        var id = await node.StartAsync(async context =>
        {
            await context.WaitForExternalEvent<string>("go");
            var there = await context.WaitForExternalEvent<string>("item", new CancellationToken(canceled: true));
            await Assert.ThrowsAsync<TaskCanceledException>(
                () => context.WaitForExternalEvent<string>("item", new CancellationToken(canceled: true)));
            context.SetCustomStatus("waits");
            await context.WaitForExternalEvent<string>("go on");
            return $"{there} {await context.WaitForExternalEvent<string>("item")}";
        });
        await node.Client.RaiseEventAsync(id, "item", "first");
        await node.Client.RaiseEventAsync(id, "go", "x");
        await Eventually.TrueAsync(async () =>
            (await node.Client.GetInstanceAsync(id, getInputsAndOutputs: true))!.SerializedCustomStatus == "\"waits\"");
        await node.Client.RaiseEventAsync(id, "item", "lost");
        await node.Client.RaiseEventAsync(id, "item", "second");
        await node.Client.RaiseEventAsync(id, "go on", "x");

        Assert.Equal("first second", (await node.Node.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task OneName_IsNotAwaitedAsTwoTypesAtOnce()
    {
        var id = await node.StartAsync(async context =>
        {
            var text = context.WaitForExternalEvent<string>("item");
            var refused = Assert.Throws<ArgumentException>(() => { _ = context.WaitForExternalEvent<int>("ITEM"); });
            Assert.Contains("System.Int32", refused.Message, StringComparison.Ordinal);
            return await text + await context.WaitForExternalEvent<int>("item");
        });
        await node.Client.RaiseEventAsync(id, "item", "a");
        await node.Client.RaiseEventAsync(id, "item", 1);

        Assert.Equal("a1", (await node.Node.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Names_MatchWithoutRegardToCase_WhetherTheWaitOrTheEventIsFirst()
    {
        var id = await node.StartAsync(async context =>
        {
            await context.WaitForExternalEvent<string>("GO");
            return await context.WaitForExternalEvent<string>("iTeM") + await context.WaitForExternalEvent<string>("ITEM");
        });
        await node.Client.RaiseEventAsync(id, "Item", "a");
        await node.Client.RaiseEventAsync(id, "go", "x");
        await node.Client.RaiseEventAsync(id, "item", "b");

        Assert.Equal("ab", (await node.Node.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task SendEvent_ToAnotherInstance_IsLikeRaisingIt_AndToAnUnknownOneIsDropped()
    {
        var receiver = await node.StartAsync(context => context.WaitForExternalEvent<string>("greeting"), name: "SendEvent-receiver");

        await node.RunAsync(
            context =>
            {
                context.SendEvent("nobody-has-this-id", "greeting", "lost");
                context.SendEvent(receiver, "greeting", "hello");
                return Task.FromResult("sent");
            },
            name: "SendEvent-sender");

        Assert.Equal("hello", (await node.Node.EndOfAsync(receiver)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task SendEvent_ManyToTwoInstancesInTurn_ArriveInOrderAtEach()
    {
        static async Task<string> ListenAsync(TaskOrchestrationContext context)
        {
            var heard = string.Empty;
            while (await context.WaitForExternalEvent<string>("word") is { Length: > 0 } word) heard += word;
            return heard;
        }

        var (odd, even) = (await node.StartAsync(ListenAsync), await node.StartAsync(ListenAsync));

        await node.RunAsync(context =>
        {
            for (var n = 0; n < 20; n++) context.SendEvent(n % 2 == 0 ? even : odd, "word", $"{n}.");
            foreach (var receiver in new[] { odd, even }) context.SendEvent(receiver, "word", string.Empty);
            return Task.FromResult("sent");
        });

        Assert.Equal("0.2.4.6.8.10.12.14.16.18.", (await node.Node.EndOfAsync(even)).ReadOutputAs<string>());
        Assert.Equal("1.3.5.7.9.11.13.15.17.19.", (await node.Node.EndOfAsync(odd)).ReadOutputAs<string>());
    }

    private sealed record Payload(int Amount);
}
