using System.Collections.Concurrent;
using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableTask.PostgreSQL.Tests.Client;

/// <summary>Setting failed instances going again.</summary>
public abstract class RewindTests(bool isOfNode) : ClientTest(isOfNode)
{
    private readonly ConcurrentDictionary<string, int> _runs = new();
    private volatile bool _isMended;

    private protected override Action<DurableTaskRegistry> Tasks => tasks =>
    {
        CommonTasks.Add(tasks);
        tasks.AddActivityFunc<string, string>("Step", (_, step) =>
        {
            _runs.AddOrUpdate(step, 1, (_, n) => n + 1);
            return step.StartsWith("bad", StringComparison.Ordinal) && !_isMended ? throw new InvalidOperationException($"{step} is broken") : step;
        });
        tasks.AddOrchestratorFunc<string, string>("Steps", async (context, steps) =>
        {
            var done = new List<string>();
            foreach (var step in steps.Split(' '))
            {
                done.Add(await context.CallActivityAsync<string>("Step", step));
            }

            return string.Join(' ', done);
        });
        tasks.AddOrchestratorFunc<string, string>("FanOut", async (context, steps) =>
            string.Join(' ', await Task.WhenAll(steps.Split(' ').Select(step => context.CallActivityAsync<string>("Step", step)))));

        // The input: an orchestrator and the input of each child, separated by bars.
        tasks.AddOrchestratorFunc<string, string>("Children", async (context, children) =>
            string.Join(" | ", await Task.WhenAll(children.Split('|').Select((steps, n) =>
                context.CallSubOrchestratorAsync<string>("Steps", steps, new SubOrchestrationOptions { InstanceId = $"{context.InstanceId}-{n}" })))));
        tasks.AddOrchestratorFunc<string, string>("Grandparent", (context, children) =>
            context.CallSubOrchestratorAsync<string>("Children", children, new SubOrchestrationOptions { InstanceId = "middle" }));
        // Fails, unless it is mended, while its child waits: by a status that is too large.
        tasks.AddOrchestratorFunc<string>("FailsBesideAChild", async context =>
        {
            var child = context.CallSubOrchestratorAsync<string>("StepsOnEvent", new SubOrchestrationOptions { InstanceId = "child" });
            var step = await context.CallActivityAsync<string>("Step", "a");
            context.SetCustomStatus(_isMended ? "fine" : new string('x', 5000));
            return $"{step} {await child}";
        });
        tasks.AddOrchestratorFunc<string, string>("StepsThenEvent", async (context, step) =>
            $"{await context.CallActivityAsync<string>("Step", step)} {await context.WaitForExternalEvent<string>("go")}");
        tasks.AddOrchestratorFunc<string>("StepsOnEvent", async context =>
            await context.CallActivityAsync<string>("Step", await context.WaitForExternalEvent<string>("go")));
    };

    private protected override void Configure(PostgreSqlOrchestrationServiceOptions options)
    {
        options.MaxPayloadBytes = 4096;

        // The sweep deletes messages of failed instances, and with them one that a test puts there before it rewinds.
        options.SweepInterval = TimeSpan.FromMinutes(1);
    }

    [Fact]
    [Trait("Runs", "OnEachRuntime")]
    public async Task Rewind_RunsTheFailedActivityAgain_AndNoneThatCompleted()
    {
        var id = await FailedAsync("Steps", "a b bad c");

        await RewindAsync(id);

        Assert.Equal("a b bad c", await Caller.OutputOfAsync<string>(id));
        Assert.Equal([1, 1, 2, 1], [_runs["a"], _runs["b"], _runs["bad"], _runs["c"]]);
    }

    [Fact]
    public async Task Rewind_RunsAllFailedActivitiesOfAFanOutAgain()
    {
        var id = await FailedAsync("FanOut", "a bad1 b bad2");

        await RewindAsync(id);

        Assert.Equal("a bad1 b bad2", await Caller.OutputOfAsync<string>(id));
        Assert.Equal([1, 2, 1, 2], [_runs["a"], _runs["bad1"], _runs["b"], _runs["bad2"]]);
    }

    [Fact]
    public async Task Rewind_Parent_RewindsItsFailedChildren_AndNoneThatCompleted()
    {
        var id = await FailedAsync("Children", "a|bad1 c|bad2");
        await Caller.EndOfAsync($"{id}-2");

        await RewindAsync(id);

        Assert.Equal("a | bad1 c | bad2", await Caller.OutputOfAsync<string>(id));
        Assert.Equal(1, _runs["a"]);
        Assert.Equal(2, _runs["bad1"]);
        Assert.All(["0", "1", "2"], n => Assert.Equal(OrchestrationRuntimeStatus.Completed, Caller.FindAsync($"{id}-{n}").Result.RuntimeStatus));
    }

    [Fact]
    public async Task Rewind_Grandparent_RewindsFailedGrandchildren()
    {
        var id = await FailedAsync("Grandparent", "a|bad");

        await RewindAsync(id);

        Assert.Equal("a | bad", await Caller.OutputOfAsync<string>(id));
        Assert.Equal(1, _runs["a"]);
    }

    [Fact]
    public async Task Rewind_ParentWhoseChildCompletedMeanwhile_GetsThatChildsResult()
    {
        var id = await FailedAsync("FailsBesideAChild", null);
        await Client.RaiseEventAsync("child", "go", "done alone");
        await Caller.EndOfAsync("child");

        await RewindAsync(id);

        Assert.Equal("a done alone", await Caller.OutputOfAsync<string>(id));
    }

    [Fact]
    public async Task Rewind_ParentWhoseChildFailedMeanwhile_RewindsThatChild()
    {
        var id = await FailedAsync("FailsBesideAChild", null);
        await Client.RaiseEventAsync("child", "go", "bad");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await Caller.EndOfAsync("child")).RuntimeStatus);

        await RewindAsync(id);

        Assert.Equal("a bad", await Caller.OutputOfAsync<string>(id));
    }

    [Fact]
    public async Task Rewind_ParentWhoseChildStillRuns_WaitsForIt()
    {
        var id = await FailedAsync("FailsBesideAChild", null);

        await RewindAsync(id);
        await Caller.ReachesAsync(id, OrchestrationRuntimeStatus.Running);
        await Client.RaiseEventAsync("child", "go", "done later");

        Assert.Equal("a done later", await Caller.OutputOfAsync<string>(id));
    }

    [Fact]
    public async Task Rewind_WithAnUnreadMessage_Succeeds_AndReadsItAfterwards()
    {
        var id = await FailedAsync("StepsThenEvent", "bad");
        await Hub.ExecuteAsync(
            $$"""
            insert into {hub}.inbox (instance_id, event) values ('{{id}}', '{"type":15,"at":"2026-01-01T00:00:00Z","name":"go","data":"\"kept\""}');
            update {hub}.instances set inbox_count = inbox_count + 1 where id = '{{id}}'
            """);

        await RewindAsync(id);

        Assert.Equal("bad kept", await Caller.OutputOfAsync<string>(id));
    }

    [Fact]
    public async Task Rewind_InstanceThatFailedAgain_Succeeds()
    {
        var id = await FailedAsync("Steps", "a bad");
        await Client.RewindInstanceAsync(id, "too early");
        await Eventually.TrueAsync(() => _runs["bad"] == 2);
        await Caller.ReachesAsync(id, OrchestrationRuntimeStatus.Failed);

        await RewindAsync(id);

        Assert.Equal("a bad", await Caller.OutputOfAsync<string>(id));
        Assert.Equal(1, _runs["a"]);
    }

    [Fact]
    public async Task Rewind_InstanceThatHasNotFailedOrIsUnknown_IsRefused_AndChangesNothing()
    {
        var running = await StartWaitingAsync();
        var completed = await Node.ScheduleAsync("Echo", "done");
        await Node.EndOfAsync(completed);

        await Assert.ThrowsAsync<InvalidOperationException>(() => Client.RewindInstanceAsync(running, "why"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Client.RewindInstanceAsync(completed, "why"));
        await Assert.ThrowsAsync<ArgumentException>(() => Client.RewindInstanceAsync("nobody", "why"));

        await Client.RaiseEventAsync(running, "go", "undisturbed");
        Assert.Equal("undisturbed", await Caller.OutputOfAsync<string>(running));
    }

    [Fact]
    public async Task Rewind_InstanceMayMoveToAnotherNodeAfterwards()
    {
        var id = await FailedAsync("Children", "a|bad");
        await Node.StopAsync();
        var client = Hub.NewClient();
        _isMended = true;
        await client.Client.RewindInstanceAsync(id, "mended");

        var another = await Hub.StartNodeAsync(Tasks);

        Assert.Equal("a | bad", await another.OutputOfAsync<string>(id));
        Assert.Equal(1, _runs["a"]);
    }

    private async Task<string> FailedAsync(string orchestrator, string? input)
    {
        var id = await Node.ScheduleAsync(orchestrator, input);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await Node.EndOfAsync(id)).RuntimeStatus);
        return id;
    }

    private async Task RewindAsync(string id)
    {
        _isMended = true;
        await Client.RewindInstanceAsync(id, "mended");
    }

    public sealed class OfANode() : RewindTests(isOfNode: true);

    public sealed class OfAnotherProcess() : RewindTests(isOfNode: false);
}
