using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableTask.PostgreSQL.Tests.Client;

/// <summary>Suspending and resuming instances, in each state that they can be in.</summary>
public abstract class SuspendTests(bool isOfNode) : ClientTest(isOfNode)
{
    private readonly TaskCompletionSource _mayEnd = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private protected override Action<DurableTaskRegistry> Tasks => tasks =>
    {
        CommonTasks.Add(tasks);
        tasks.AddOrchestratorFunc<string>("Works", context => context.CallActivityAsync<string>("Work"));
        tasks.AddActivityFunc<string?, string>("Work", async (_, _) =>
        {
            await _mayEnd.Task;
            return "worked";
        });
        tasks.AddOrchestratorFunc<string>("Sleeps", async context =>
        {
            await context.CreateTimer(TimeSpan.FromMilliseconds(1500), CancellationToken.None);
            return "slept";
        });
    };

    [Fact]
    [Trait("Runs", "OnEachRuntime")]
    public async Task Suspend_KeepsEvents_UntilTheInstanceIsResumed()
    {
        var id = await Node.ScheduleAsync("Collects", 3);
        await Client.RaiseEventAsync(id, "e", "1");
        await SuspendAsync(id, "a break");
        await Client.RaiseEventAsync(id, "e", "2");
        await Client.RaiseEventAsync(id, "e", "3");

        await Client.ResumeInstanceAsync(id, "go on");

        Assert.Equal("1 2 3", await Caller.OutputOfAsync<string>(id));
    }

    [Fact]
    public async Task Suspend_LetsTheActivityFinish_AndTheCodeDoesNotRun()
    {
        var id = await Node.ScheduleAsync("Works");
        await Eventually.TrueAsync(async () => (await Node.HistoryAsync(id)).Contains("TaskScheduled"));
        await SuspendAsync(id);

        _mayEnd.SetResult();
        await Eventually.TrueAsync(async () => (await Node.HistoryAsync(id)).Contains("TaskCompleted"));
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await Caller.FindAsync(id)).RuntimeStatus);
        await Client.ResumeInstanceAsync(id);

        Assert.Equal("worked", await Caller.OutputOfAsync<string>(id));
    }

    [Fact]
    public async Task Suspend_LetsTheTimerFire_AndTheCodeDoesNotRun()
    {
        var id = await Node.ScheduleAsync("Sleeps");
        await Eventually.TrueAsync(async () => (await Node.HistoryAsync(id)).Contains("TimerCreated"));
        await SuspendAsync(id);
        await Eventually.TrueAsync(async () => (await Node.HistoryAsync(id)).Contains("TimerFired"));

        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await Caller.FindAsync(id)).RuntimeStatus);
        await Client.ResumeInstanceAsync(id);

        Assert.Equal("slept", await Caller.OutputOfAsync<string>(id));
    }

    [Fact]
    public async Task Suspend_InstanceScheduledForLater_HoldsItAtItsStart()
    {
        var startAt = TimeProvider.System.GetUtcNow().AddSeconds(1);
        var id = await Client.ScheduleNewOrchestrationInstanceAsync("Collects", 1, new StartOrchestrationOptions(StartAt: startAt));
        await Client.SuspendInstanceAsync(id);
        await Client.RaiseEventAsync(id, "e", "1");
        await Caller.ReachesAsync(id, OrchestrationRuntimeStatus.Suspended);
        Assert.True(TimeProvider.System.GetUtcNow() >= startAt.AddMilliseconds(-50));

        await Client.ResumeInstanceAsync(id);

        Assert.Equal("1", await Caller.OutputOfAsync<string>(id));
    }

    [Fact]
    public async Task Suspend_InstanceThatWaitsInTheDatabase_HoldsIt()
    {
        var id = await StartWaitingAsync();
        await Node.EvictAsync(id);
        await SuspendAsync(id);
        await Node.EvictAsync(id);

        await Client.RaiseEventAsync(id, "go", "woken");
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await Caller.FindAsync(id)).RuntimeStatus);
        await Client.ResumeInstanceAsync(id);

        Assert.Equal("woken", await Caller.OutputOfAsync<string>(id));
    }

    [Fact]
    public async Task Suspend_InstanceKeepsItsStateAndEvents_WhenItsNodeStops()
    {
        var id = await Node.ScheduleAsync("Collects", 2);
        await Client.RaiseEventAsync(id, "e", "1");
        await SuspendAsync(id);
        await Client.RaiseEventAsync(id, "e", "2");
        await Node.StopAsync();

        var another = await Hub.StartNodeAsync(CommonTasks.Add);
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await another.FindAsync(id)).RuntimeStatus);
        await another.Client.ResumeInstanceAsync(id);

        Assert.Equal("1 2", await another.OutputOfAsync<string>(id));
    }

    [Fact]
    public async Task Suspend_Twice_AndResumeOfARunningInstance_AreRefused()
    {
        var id = await StartWaitingAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => Client.ResumeInstanceAsync(id));
        await SuspendAsync(id);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Client.SuspendInstanceAsync(id));
    }

    [Fact]
    public async Task Suspend_EndedOrUnknownInstance_IsRefused_AndChangesNothing()
    {
        var id = await Node.ScheduleAsync("Echo", "done");
        await Node.EndOfAsync(id);

        foreach (var refused in (string[])[id, "nobody"])
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => Client.SuspendInstanceAsync(refused));
            await Assert.ThrowsAsync<InvalidOperationException>(() => Client.ResumeInstanceAsync(refused));
        }

        Assert.Equal("done", await Caller.OutputOfAsync<string>(id));
    }

    private async Task SuspendAsync(string id, string? reason = null)
    {
        await Client.SuspendInstanceAsync(id, reason);
        await Caller.ReachesAsync(id, OrchestrationRuntimeStatus.Suspended);
    }

    public sealed class OfANode() : SuspendTests(isOfNode: true);

    public sealed class OfAnotherProcess() : SuspendTests(isOfNode: false);
}
