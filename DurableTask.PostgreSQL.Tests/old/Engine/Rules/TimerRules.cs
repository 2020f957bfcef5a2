using FunctionApp.Tests.Hosting;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace FunctionApp.Tests.EmbeddedFunctions.Engine.Rules;

[Collection(LocalServicesCollection.Name)]
public sealed class TimerRules(LocalServicesFixture services, SharedNode node) : IClassFixture<SharedNode>
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
    public async Task TimerThatIsCancelledAlready_TakesANumber_InAReplayToo()
    {
        var database = await services.CreateDatabaseAsync();
        TestFunctions Functions() => new TestFunctions()
            .Activity<string, string>("Fails", string (_) => throw new InvalidOperationException("no"))
            .Orchestrator("Numbers", async context =>
            {
                await Assert.ThrowsAsync<TaskCanceledException>(
                    () => context.CreateTimer(TimeSpan.FromDays(1), new CancellationToken(canceled: true)));
                var first = await Assert.ThrowsAsync<TaskFailedException>(() => context.CallActivityAsync("Fails", "x"));
                await context.WaitForExternalEvent<string>("go");
                return first.TaskId;
            });
        string id;
        await using (var before = await EngineNode.StartAsync(database, Functions()))
        {
            id = await before.Client.ScheduleNewOrchestrationInstanceAsync("Numbers");
            await Eventually.TrueAsync(async () => (await before.HistoryAsync(id)).Contains("TaskFailed"));
        }

        await using var after = await EngineNode.StartAsync(database, Functions());
        await after.Client.RaiseEventAsync(id, "go", "x");

        Assert.Equal(1, (await after.EndOfAsync(id)).ReadOutputAs<int>());
    }

    [Theory]
    [InlineData("9999-12-31T23:59:59.9999999Z")]
    [InlineData("9999-12-31T23:59:59.0000000Z")]
    [InlineData("2090-01-01T00:00:00.0000000Z")]
    public async Task TimerAtTheEndOfTime_LetsItsInstanceLeaveMemory_AndComeBackForAnEvent(string fireAt)
    {
        await using var own = await EngineNode.StartAsync(
            await services.CreateDatabaseAsync(),
            new TestFunctions().Orchestrator("EndOfTime", async context =>
            {
                using var source = new CancellationTokenSource();
                var timer = context.CreateTimer(context.GetInput<DateTime>(), source.Token);
                var first = await Task.WhenAny(timer, context.WaitForExternalEvent<string>("go"));
                source.Cancel();
                return first == timer ? "timer" : "event";
            }),
            o => o with { IdleBeforeEviction = TimeSpan.Zero, SweepInterval = TimeSpan.FromMilliseconds(20) });
        var id = await own.Client.ScheduleNewOrchestrationInstanceAsync("EndOfTime", fireAt);
        await Eventually.TrueAsync(() => Task.FromResult(own.Engine.Host.Count == 0));

        await own.Client.RaiseEventAsync(id, "go", "x");

        Assert.Equal("event", (await own.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task TimerBeforeTheBeginningOfTime_FiresAtOnce_AndOneBeyondTheEndIsRefused()
    {
        var end = await node.RunAsync(async context =>
        {
            await context.CreateTimer(DateTime.MinValue, CancellationToken.None);
            await context.CreateTimer(TimeSpan.FromDays(-3650), CancellationToken.None);
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => context.CreateTimer(TimeSpan.MaxValue, CancellationToken.None));
            return "fired";
        });

        Assert.Equal("fired", end.ReadOutputAs<string>());
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
