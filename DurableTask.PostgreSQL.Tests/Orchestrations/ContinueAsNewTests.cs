using System.Collections.Concurrent;
using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableTask.PostgreSQL.Tests.Orchestrations;

/// <summary>Orchestrations that start again as a new generation.</summary>
public sealed class ContinueAsNewTests
{
    private readonly ConcurrentQueue<string> _log = new();

    private void Tasks(DurableTaskRegistry tasks)
    {
        CommonTasks.Add(tasks);

        // One event a generation, up to a number of events.
        tasks.AddOrchestratorFunc<Collected, string>("CollectsByGenerations", async (context, collected) =>
        {
            var text = $"{collected.Text} {await context.WaitForExternalEvent<string>("e")}";
            if (collected.Missing == 1)
            {
                return text.Trim();
            }

            context.ContinueAsNew(new Collected(collected.Missing - 1, text));
            return "ignored";
        });
        tasks.AddOrchestratorFunc<Counter, string>("Counts", async (context, counter) =>
        {
            if (counter.Count == 0)
            {
                return "zero";
            }

            context.SetCustomStatus($"at {counter.Count}");
            await context.CallActivityAsync("Log", $"{counter.Count}");
            if (counter.WaitsAt == counter.Count)
            {
                await context.WaitForExternalEvent<string>("go");
            }

            context.ContinueAsNew(counter with { Count = counter.Count - 1 });
            return "ignored";
        });
        tasks.AddActivityFunc<string>("Log", (_, text) => _log.Enqueue(text));
        tasks.AddOrchestratorFunc<bool, string>("DropsEvents", async (context, isSecond) =>
        {
            if (isSecond)
            {
                return await context.WaitForExternalEvent<string>("e");
            }

            await context.WaitForExternalEvent<string>("go");
            context.ContinueAsNew(true, preserveUnprocessedEvents: false);
            return "ignored";
        });
        tasks.AddOrchestratorFunc<Counter, string>("ParentOfCounts", (context, counter) => context.CallSubOrchestratorAsync<string>("Counts", counter));
    }

    [Fact]
    [Trait("Runs", "OnEachRuntime")]
    public async Task UnprocessedEvents_AreTheNextGenerations_InOrder()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(Tasks);
        var id = await node.ScheduleAsync("CollectsByGenerations", new Collected(30, string.Empty));

        for (var n = 0; n < 30; n++)
        {
            await node.Client.RaiseEventAsync(id, "e", $"{n}");
        }

        Assert.Equal(string.Join(' ', Enumerable.Range(0, 30)), await node.OutputOfAsync<string>(id));
    }

    [Fact]
    public async Task EventsThatComeWhileGenerationsChange_AreNeitherLostNorDoubled()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(Tasks);
        var client = hub.NewClient();
        var id = await node.ScheduleAsync("CollectsByGenerations", new Collected(60, string.Empty));

        await Task.WhenAll(Enumerable.Range(0, 60).Select(n => (n % 2 == 0 ? node : client).Client.RaiseEventAsync(id, "e", $"{n}")));

        var text = await node.OutputOfAsync<string>(id);
        Assert.Equal(Enumerable.Range(0, 60).Select(n => $"{n}").Order(StringComparer.Ordinal), text!.Split(' ').Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task UnprocessedEvents_CanBeDropped()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(Tasks);
        var id = await node.ScheduleAsync("DropsEvents", false);
        await node.Client.RaiseEventAsync(id, "e", "dropped");
        await node.Client.RaiseEventAsync(id, "go");
        await Eventually.TrueAsync(async () => (await node.FindAsync(id)).ReadInputAs<bool>());

        await node.Client.RaiseEventAsync(id, "e", "kept");

        Assert.Equal("kept", await node.OutputOfAsync<string>(id));
    }

    [Fact]
    public async Task NewGeneration_KeepsIdTagsAndCreation_AndHasItsOwnInputHistoryAndStatus()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(Tasks);
        var tags = new Dictionary<string, string> { ["k"] = "v" };
        await node.Client.ScheduleNewOrchestrationInstanceAsync("Counts", new Counter(3, WaitsAt: 3), new StartOrchestrationOptions("mine") { Tags = tags });
        await Eventually.TrueAsync(async () => (await node.FindAsync("mine")).SerializedCustomStatus is not null);
        var first = (await node.Service.GetOrchestrationStateAsync("mine", allExecutions: true))[0];
        await node.Client.RaiseEventAsync("mine", "go");

        var end = await node.EndOfAsync("mine");
        var last = (await node.Service.GetOrchestrationStateAsync("mine", allExecutions: true))[0];

        Assert.Equal("zero", end.ReadOutputAs<string>());
        Assert.Equal(0, end.ReadInputAs<Counter>()!.Count);
        Assert.Equal(tags, end.Tags);
        Assert.Equal(first.CreatedTime, last.CreatedTime);
        Assert.NotEqual(first.OrchestrationInstance.ExecutionId, last.OrchestrationInstance.ExecutionId);
        Assert.Equal(["ExecutionStarted", "ExecutionCompleted"], await node.HistoryAsync("mine"));
        Assert.Equal(["3", "2", "1"], _log);
    }

    [Fact]
    public async Task GenerationInBetween_GoesOnOnAnotherNode()
    {
        await using var hub = await TestHub.CreateAsync();
        var first = await hub.StartNodeAsync(Tasks);
        var id = await first.ScheduleAsync("Counts", new Counter(6, WaitsAt: 3));
        await Eventually.TrueAsync(() => _log.Contains("3"));
        await first.StopAsync();

        var second = await hub.StartNodeAsync(Tasks);
        await second.Client.RaiseEventAsync(id, "go");

        Assert.Equal("zero", await second.OutputOfAsync<string>(id));
        Assert.Equal(["6", "5", "4", "3", "2", "1"], _log);
    }

    [Fact]
    public async Task ManyGenerations_LeaveTheHistoryOfOne()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(Tasks);
        var id = await node.ScheduleAsync("Counts", new Counter(200, WaitsAt: 0));

        Assert.Equal("zero", await node.OutputOfAsync<string>(id));
        Assert.Equal(200, _log.Count);
        Assert.Equal(1, await hub.ScalarAsync<long>("select count(*) from {hub}.history"));
    }

    [Fact]
    public async Task ChildThatContinuesAsNew_ReportsToItsParentOnce_WithItsLastGeneration()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(Tasks);

        var id = await node.ScheduleAsync("ParentOfCounts", new Counter(5, WaitsAt: 0));

        Assert.Equal("zero", await node.OutputOfAsync<string>(id));
        Assert.Single(await node.HistoryAsync(id), "SubOrchestrationInstanceCompleted");
    }

    [Fact]
    public async Task TerminationWhileGenerationsChange_EndsTheInstance()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(Tasks);
        var id = await node.ScheduleAsync("Counts", new Counter(100_000, WaitsAt: 0));
        await Eventually.TrueAsync(() => _log.Count > 5);

        await hub.NewClient().Client.TerminateInstanceAsync(id, "enough");

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await node.EndOfAsync(id)).RuntimeStatus);
    }

    internal sealed record Collected(int Missing, string Text);

    internal sealed record Counter(int Count, int WaitsAt);
}
