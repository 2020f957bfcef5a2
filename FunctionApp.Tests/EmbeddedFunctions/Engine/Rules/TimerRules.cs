using FunctionApp.Tests.Hosting;
using Microsoft.DurableTask.Client;

namespace FunctionApp.Tests.EmbeddedFunctions.Engine.Rules;

[Collection(LocalServicesCollection.Name)]
public sealed class TimerRules(SharedNode node) : IClassFixture<SharedNode>
{
    [Fact]
    public async Task TimerInThePast_FiresAtOnce()
    {
        var end = await node.RunAsync(async context =>
        {
            await context.CreateTimer(context.CurrentUtcDateTime.AddHours(-1), CancellationToken.None);
            await context.CreateTimer(TimeSpan.Zero, CancellationToken.None);
            return "fired";
        });

        Assert.Equal("fired", end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task CancelledTimer_ThrowsAndDoesNotHoldTheInstance()
    {
        var end = await node.RunAsync(async context =>
        {
            using var source = new CancellationTokenSource();
            var timer = context.CreateTimer(TimeSpan.FromDays(400), source.Token);
            source.Cancel();
            await Assert.ThrowsAsync<TaskCanceledException>(() => timer);
            await Assert.ThrowsAsync<TaskCanceledException>(() => context.CreateTimer(TimeSpan.FromDays(1), source.Token));
            return timer.Status.ToString();
        });

        Assert.Equal("Canceled", end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task Timer_CancelledByAClock_FailsTheInstance()
    {
        using var source = new CancellationTokenSource();
        var id = await node.StartAsync(async context =>
        {
            await context.CreateTimer(TimeSpan.FromDays(1), source.Token);
            return "went on";
        });
        await node.Client.WaitForInstanceStartAsync(id, EngineNode.Patience);
        await node.Client.SuspendInstanceAsync(id);
        await node.Client.ResumeInstanceAsync(id);

        await source.CancelAsync();

        Assert.StartsWith(
            "System.InvalidOperationException: An invalid asynchronous invocation was detected.",
            (await node.Node.EndOfAsync(id)).SerializedOutput,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task TimerFarInTheFuture_IsKept_AndLosesAgainstAnEvent()
    {
        var id = await node.StartAsync(async context =>
        {
            using var source = new CancellationTokenSource();
            var timer = context.CreateTimer(new DateTime(9999, 12, 31, 0, 0, 0, DateTimeKind.Utc), source.Token);
            var go = context.WaitForExternalEvent<string>("go");
            var first = await Task.WhenAny(timer, go);
            source.Cancel();
            return first == go ? await go : "timer";
        });

        await node.Client.RaiseEventAsync(id, "go", "event");

        Assert.Equal("event", (await node.Node.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task WaitWithTimeout_WhoseEventComes_DoesNotWaitForItsTimer()
    {
        var id = await node.StartAsync(context => context.WaitForExternalEvent<string>("go", TimeSpan.FromHours(1)));

        await node.Client.RaiseEventAsync(id, "go", "came");

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await node.Node.EndOfAsync(id)).RuntimeStatus);
    }
}
