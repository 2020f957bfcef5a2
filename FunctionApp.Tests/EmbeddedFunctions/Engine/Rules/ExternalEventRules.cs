using FunctionApp.Tests.Hosting;

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

    private sealed record Payload(int Amount);
}
