using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace DurableTask.PostgreSQL.Tests.Orchestrations;

/// <summary>Durable timers, and orchestrations that start at a time.</summary>
public sealed class TimerTests
{
    private static void Tasks(DurableTaskRegistry tasks)
    {
        CommonTasks.Add(tasks);

        // How late the timer was, in milliseconds.
        tasks.AddOrchestratorFunc<double, double>("Sleeps", async (context, milliseconds) =>
        {
            var fireAt = context.CurrentUtcDateTime.AddMilliseconds(milliseconds);
            await context.CreateTimer(fireAt, CancellationToken.None);
            return (context.CurrentUtcDateTime - fireAt).TotalMilliseconds;
        });
    }

    [Fact]
    [Trait("Runs", "OnEachRuntime")]
    public async Task Timer_NeverFiresEarly()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(Tasks);

        var ids = await Task.WhenAll(Enumerable.Range(0, 50).Select(n => node.ScheduleAsync("Sleeps", 100 + (n * 7.3))));

        Assert.All(await Task.WhenAll(ids.Select(node.OutputOfAsync<double>)), late => Assert.True(late >= 0, $"{late} ms late"));
    }

    [Fact]
    public async Task Timer_OfAnInstanceThatWaitsInTheDatabase_FiresInTime()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(Tasks);
        var id = await node.ScheduleAsync("Sleeps", 1000d);
        await Eventually.TrueAsync(async () => (await node.HistoryAsync(id)).Contains("TimerCreated"));

        await node.EvictAsync(id);

        Assert.InRange(await node.OutputOfAsync<double>(id), 0, 5000);
    }

    [Fact]
    public async Task Timer_ThatIsDueWhileNoNodeRuns_FiresOnTheNextNode()
    {
        await using var hub = await TestHub.CreateAsync();
        var first = await hub.StartNodeAsync(Tasks);
        var id = await first.ScheduleAsync("Sleeps", 300d);
        await Eventually.TrueAsync(async () => (await first.HistoryAsync(id)).Contains("TimerCreated"));
        await first.StopAsync();
        await Eventually.TrueAsync(() => hub.ScalarAsync<bool>("select created_at < now() - interval '400 ms' from {hub}.instances"));

        var second = await hub.StartNodeAsync(Tasks);

        Assert.True(await second.OutputOfAsync<double>(id) >= 0);
    }

    [Fact]
    public async Task Timer_FarInTheFuture_OutlivesItsNode_AndFiresOnceItsTimeHasCome()
    {
        await using var hub = await TestHub.CreateAsync();
        var first = await hub.StartNodeAsync(Tasks);
        var id = await first.ScheduleAsync("Sleeps", TimeSpan.FromDays(2).TotalMilliseconds);
        await Eventually.TrueAsync(async () => (await first.HistoryAsync(id)).Contains("TimerCreated"));
        await first.StopAsync();

        var later = await hub.StartNodeAsync(Tasks, services: s => s.AddSingleton<TimeProvider>(new ClockAhead(TimeSpan.FromDays(3))));

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await later.EndOfAsync(id)).RuntimeStatus);
    }

    [Fact]
    public async Task Timer_OfANodeWhoseClockWasFast_IsNotWaitedForAnyLonger()
    {
        await using var hub = await TestHub.CreateAsync();
        var first = await hub.StartNodeAsync(Tasks);
        var id = await first.ScheduleAsync("Sleeps", 1000d);
        await Eventually.TrueAsync(async () => (await first.HistoryAsync(id)).Contains("TimerCreated"));
        await first.StopAsync();

        // Seen from a node that is an hour slow, the first one was an hour fast.
        var second = await hub.StartNodeAsync(Tasks, services: s => s.AddSingleton<TimeProvider>(new ClockAhead(TimeSpan.FromHours(-1))));

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await second.EndOfAsync(id)).RuntimeStatus);
    }

    [Fact]
    public async Task StartTime_IsWaitedFor_AndTheInstanceIsPendingUntilThen()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(Tasks);
        var startAt = TimeProvider.System.GetUtcNow().AddSeconds(2).ToOffset(TimeSpan.FromHours(-7));

        var id = await node.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "x", new StartOrchestrationOptions(StartAt: startAt));
        var before = await node.FindAsync(id);
        var end = await node.EndOfAsync(id);

        Assert.Equal(OrchestrationRuntimeStatus.Pending, before.RuntimeStatus);
        Assert.Equal("x", end.ReadOutputAs<string>());
        Assert.True(end.LastUpdatedAt >= startAt);
        Assert.Equal(startAt.UtcDateTime, (await node.Service.GetOrchestrationStateAsync(id, null!)).ScheduledStartTime!.Value, TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task StartTime_InThePast_IsNow()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(Tasks);
        var options = new StartOrchestrationOptions(StartAt: TimeProvider.System.GetUtcNow().AddDays(-1));

        var onNode = await node.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "x", options);
        var fromOutside = await hub.NewClient().Client.ScheduleNewOrchestrationInstanceAsync("Echo", "x", options);

        Assert.Equal("x", await node.OutputOfAsync<string>(onNode));
        Assert.Equal("x", await node.OutputOfAsync<string>(fromOutside));
    }

    [Fact]
    public async Task StartTime_ThatPassedWhileNoNodeRan_StartsOnTheNextNode()
    {
        await using var hub = await TestHub.CreateAsync();
        var client = hub.NewClient();
        await client.Service.CreateIfNotExistsAsync();
        var startAt = TimeProvider.System.GetUtcNow().AddMilliseconds(200);
        var id = await client.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "x", new StartOrchestrationOptions(StartAt: startAt));
        await Eventually.TrueAsync(() => TimeProvider.System.GetUtcNow() > startAt);

        var node = await hub.StartNodeAsync(Tasks);

        Assert.Equal("x", await node.OutputOfAsync<string>(id));
    }

    private sealed class ClockAhead(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
