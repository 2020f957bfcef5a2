using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableTask.PostgreSQL.Tests.Client;

/// <summary>Terminating instances, in each state that they can be in.</summary>
public abstract class TerminateTests(bool isOfNode) : ClientTest(isOfNode)
{
    private readonly TaskCompletionSource _mayEnd = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _ended;

    private protected override Action<DurableTaskRegistry> Tasks => tasks =>
    {
        CommonTasks.Add(tasks);
        tasks.AddOrchestratorFunc<string>("Works", async context =>
        {
            await context.CallActivityAsync<string>("Work");
            return await context.CallActivityAsync<string>("Work");
        });
        tasks.AddActivityFunc<string?, string>("Work", async (_, _) =>
        {
            await _mayEnd.Task;
            Interlocked.Increment(ref _ended);
            return "worked";
        });
    };

    [Fact]
    [Trait("Runs", "OnEachRuntime")]
    public async Task Terminate_WaitingInstance_EndsIt_WithTheOutputAsJson()
    {
        var id = await StartWaitingAsync();

        await Client.TerminateInstanceAsync(id, new { Why = "enough" });

        var end = await Caller.EndOfAsync(id);
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, end.RuntimeStatus);
        Assert.Equal("""{"Why":"enough"}""", end.SerializedOutput);
        Assert.Null(end.FailureDetails);
    }

    [Fact]
    public async Task Terminate_WithoutAnOutput_EndsItWithoutOne()
    {
        var id = await StartWaitingAsync();

        await Client.TerminateInstanceAsync(id);

        Assert.Null((await Caller.EndOfAsync(id)).SerializedOutput);
    }

    [Fact]
    public async Task Terminate_InstanceWhoseActivityRuns_LetsTheActivityFinish_AndStartsNothingAfterIt()
    {
        var id = await Node.ScheduleAsync("Works");
        await Eventually.TrueAsync(async () => (await Node.HistoryAsync(id)).Contains("TaskScheduled"));

        await Client.TerminateInstanceAsync(id, "enough");
        var end = await Caller.EndOfAsync(id);
        _mayEnd.SetResult();

        await Eventually.TrueAsync(() => Volatile.Read(ref _ended) == 1);
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, end.RuntimeStatus);
        Assert.Equal("other", await Node.OutputOfAsync<string>(await Node.ScheduleAsync("Echo", "other")));
        Assert.Equal(1, Volatile.Read(ref _ended));
        Assert.DoesNotContain("TaskCompleted", await Node.HistoryAsync(id));
    }

    [Fact]
    public async Task Terminate_SuspendedInstance_EndsIt()
    {
        var id = await StartWaitingAsync();
        await Client.SuspendInstanceAsync(id);
        await Caller.ReachesAsync(id, OrchestrationRuntimeStatus.Suspended);

        await Client.TerminateInstanceAsync(id, "enough");

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await Caller.EndOfAsync(id)).RuntimeStatus);
    }

    [Fact]
    public async Task Terminate_InstanceScheduledForLater_EndsItAtOnce_WithoutItsCode()
    {
        var startAt = TimeProvider.System.GetUtcNow().AddHours(1);
        var id = await Client.ScheduleNewOrchestrationInstanceAsync("Echo", "x", new StartOrchestrationOptions(StartAt: startAt));

        await Client.TerminateInstanceAsync(id, "enough");

        var end = await Caller.EndOfAsync(id);
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, end.RuntimeStatus);
        Assert.Equal("enough", end.ReadOutputAs<string>());
        Assert.Equal(["ExecutionTerminated", "ExecutionCompleted"], await Caller.HistoryAsync(id));
    }

    [Fact]
    public async Task Terminate_InstanceThatNoNodeHasTaken_EndsItWithoutANode()
    {
        await Node.StopAsync();
        var client = Hub.NewClient();
        var id = await client.ScheduleAsync("Echo", "x");

        await client.Client.TerminateInstanceAsync(id, "enough");

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await client.EndOfAsync(id)).RuntimeStatus);
    }

    [Fact]
    public async Task Terminate_InstanceThatWaitsInTheDatabase_EndsIt()
    {
        var id = await StartWaitingAsync();
        await Node.EvictAsync(id);

        await Client.TerminateInstanceAsync(id, "enough");

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await Caller.EndOfAsync(id)).RuntimeStatus);
    }

    [Fact]
    public async Task Terminate_EndedInstance_IsRefused_AndChangesNothing()
    {
        var id = await Node.ScheduleAsync("Echo", "done");
        await Node.EndOfAsync(id);

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => Client.TerminateInstanceAsync(id));

        Assert.Contains(id, refusal.Message, StringComparison.Ordinal);
        Assert.Equal("done", await Caller.OutputOfAsync<string>(id));
    }

    [Fact]
    public async Task Terminate_UnknownInstance_IsRefused() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => Client.TerminateInstanceAsync("nobody"));

    [Fact]
    public async Task Terminate_Recursively_EndsChildrenAndGrandchildren()
    {
        var id = await StartFamilyAsync();

        await Client.TerminateInstanceAsync(id, new TerminateInstanceOptions("enough", Recursive: true));

        foreach (var member in (string[])[id, "child-parent", "child"])
        {
            var end = await Caller.EndOfAsync(member);
            Assert.Equal(OrchestrationRuntimeStatus.Terminated, end.RuntimeStatus);
            Assert.Equal("enough", end.ReadOutputAs<string>());
        }
    }

    [Fact]
    public async Task Terminate_NotRecursively_LeavesTheChildrenRunning()
    {
        var id = await StartFamilyAsync();

        await Client.TerminateInstanceAsync(id);
        await Caller.EndOfAsync(id);
        await Client.RaiseEventAsync("child", "go", "still there");

        Assert.Equal("still there", await Caller.OutputOfAsync<string>("child-parent"));
    }

    private async Task<string> StartFamilyAsync()
    {
        var id = await Node.ScheduleAsync("GrandparentOfWaits", "child");
        await Caller.ReachesAsync("child", OrchestrationRuntimeStatus.Running);
        return id;
    }

    public sealed class OfANode() : TerminateTests(isOfNode: true);

    public sealed class OfAnotherProcess() : TerminateTests(isOfNode: false);
}
