using System.Diagnostics;
using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.DurableTask;

namespace DurableTask.PostgreSQL.Tests.Nodes;

/// <summary>Graceful stops.</summary>
public sealed class StopTests
{
    [Fact]
    [Trait("Runs", "OnEachRuntime")]
    public async Task Stop_ReleasesWaitingInstancesAtOnce()
    {
        await using var hub = await TestHub.CreateAsync();
        var first = await hub.StartNodeAsync(CommonTasks.Add);
        var second = await hub.StartNodeAsync(CommonTasks.Add);
        var ids = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => first.ScheduleAsync("Waits")));
        await Eventually.TrueAsync(() => first.Service.Sessions.Count == 20);

        var stopping = Stopwatch.StartNew();
        await first.StopAsync();
        Assert.True(stopping.Elapsed < TimeSpan.FromSeconds(5), $"{stopping.Elapsed}");
        await Task.WhenAll(ids.Select(id => second.Client.RaiseEventAsync(id, "go", id)));

        Assert.Equal(ids, await Task.WhenAll(ids.Select(second.OutputOfAsync<string>)));
    }

    [Fact]
    public async Task Stop_WaitsForRunningActivities_WhoseResultsCount()
    {
        await using var hub = await TestHub.CreateAsync();
        var work = new Work();
        var first = await hub.StartNodeAsync(work.Add, o => o.DrainTimeout = Eventually.Limit);
        var id = await first.ScheduleAsync("Works");
        await work.Started.Task;

        var stop = first.StopAsync();
        await Eventually.TrueAsync(() => !first.Service.Sessions.IsOpen);
        work.MayEnd.SetResult();
        await stop;
        var second = await hub.StartNodeAsync(work.Add);

        Assert.Equal("done", await second.OutputOfAsync<string>(id));
        Assert.Equal(1, work.Runs);
    }

    [Fact]
    public async Task Stop_WaitsNoLongerThanTheDrainTimeout_AndTheActivityIsRepeatedElsewhere()
    {
        await using var hub = await TestHub.CreateAsync();
        var work = new Work();
        var first = await hub.StartNodeAsync(work.Add, o => o.DrainTimeout = TimeSpan.FromMilliseconds(200));
        var id = await first.ScheduleAsync("Works");
        await work.Started.Task;
        await Eventually.TrueAsync(async () => (await first.HistoryAsync(id)).Contains("TaskScheduled"));

        var stopping = Stopwatch.StartNew();
        await first.StopAsync();
        Assert.True(stopping.Elapsed < TimeSpan.FromSeconds(5), $"{stopping.Elapsed}");
        var second = await hub.StartNodeAsync(work.Add);
        await Eventually.TrueAsync(() => work.Runs == 2);
        work.MayEnd.SetResult();

        Assert.Equal("done", await second.OutputOfAsync<string>(id));
        Assert.Single(await second.HistoryAsync(id), "TaskCompleted");
    }

    [Fact]
    public async Task StopsUnderLoad_LoseNothing_AndRepeatNothingThatWasRecorded()
    {
        await using var hub = await TestHub.CreateAsync();
        var client = hub.NewClient();
        var node = await hub.StartNodeAsync(ProcessTasks.Add, o => o.DrainTimeout = TimeSpan.FromSeconds(10));
        await hub.ForbidChangesOfHistoryAsync();
        var ids = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => client.ScheduleAsync("SumOfSums", 6)));
        for (var n = 0; n < 3; n++)
        {
            var next = await hub.StartNodeAsync(ProcessTasks.Add, o => o.DrainTimeout = TimeSpan.FromSeconds(10));
            await node.StopAsync();
            node = next;
        }

        Assert.All(await Task.WhenAll(ids.Select(node.OutputOfAsync<int>)), sum => Assert.Equal(56, sum));
        await hub.AssertHistoriesAreWholeAsync();
    }

    [Fact]
    public async Task EventsWhileTheNodeStops_AreNotLost()
    {
        await using var hub = await TestHub.CreateAsync();
        var first = await hub.StartNodeAsync(CommonTasks.Add);
        var outside = hub.NewClient();
        var id = await first.ScheduleAsync("Collects", 30);

        var stop = Task.CompletedTask;
        for (var n = 0; n < 30; n++)
        {
            if (n == 5)
            {
                stop = first.StopAsync();
            }

            await outside.Client.RaiseEventAsync(id, "e", $"{n}");
        }

        await stop;
        var second = await hub.StartNodeAsync(CommonTasks.Add);

        Assert.Equal(string.Join(' ', Enumerable.Range(0, 30)), await second.OutputOfAsync<string>(id));
    }

    [Fact]
    public async Task StopWhileTheDatabaseIsAway_Ends()
    {
        await using var hub = await TestHub.CreateAsync();
        using var link = new Link(hub.ConnectionString);
        var node = await hub.StartNodeAsync(CommonTasks.Add, o => o.DrainTimeout = TimeSpan.FromMilliseconds(200), link: link);
        await node.ScheduleAsync("Waits");
        link.Cut();
        await Eventually.TrueAsync(() => node.Service.Problem is not null);

        await node.StopAsync().WaitAsync(Eventually.Limit);
    }

    [Fact]
    public async Task StoppedService_RefusesToStartAgain()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(CommonTasks.Add);
        await node.StopAsync();

        await node.Service.StopAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => node.Service.StartAsync());
    }

    [Fact]
    public async Task StoppedNode_IsAClientStill()
    {
        await using var hub = await TestHub.CreateAsync();
        var first = await hub.StartNodeAsync(CommonTasks.Add);
        await first.StopAsync();
        await hub.StartNodeAsync(CommonTasks.Add);

        var id = await first.ScheduleAsync("Waits");
        await first.Client.RaiseEventAsync(id, "go", "taken");

        Assert.Equal("taken", await first.OutputOfAsync<string>(id));
    }

    private sealed class Work
    {
        private int _runs;

        public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource MayEnd { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Runs => Volatile.Read(ref _runs);

        public void Add(DurableTaskRegistry tasks)
        {
            tasks.AddOrchestratorFunc<string>("Works", context => context.CallActivityAsync<string>("Work"));
            tasks.AddActivityFunc<string?, string>("Work", async (_, _) =>
            {
                Interlocked.Increment(ref _runs);
                Started.TrySetResult();
                await MayEnd.Task;
                return "done";
            });
        }
    }
}
