using DurableTask.Core;
using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.Azure.WebJobs.Extensions.DurableTask;
using Microsoft.Azure.WebJobs.Host.Scale;

namespace DurableTask.PostgreSQL.AzureFunctions.Tests;

/// <summary>What the durable extension offers its clients and its management API, on one host.</summary>
public sealed class ManagementTests : IAsyncLifetime
{
    private FunctionsHost _host = null!;

    private IDurableClient Client => _host.Client;

    public async Task InitializeAsync() => _host = await FunctionsHost.StartAsync(typeof(TestFunctions));

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task ActivitiesFanOutAndTheHistoryCanBeRead()
    {
        var id = await Client.StartNewAsync<object>(nameof(TestFunctions.FanOut), 3);
        var status = await _host.ReachesAsync(id, OrchestrationRuntimeStatus.Completed);
        Assert.Equal("Hello 0 Hello 1 Hello 2", status.Output.ToString());
        Assert.Equal(3, status.History.Count(e => (string?)e["EventType"] == "TaskCompleted"));

        var events = new List<DurableTask.Core.History.HistoryEvent>();
        await foreach (var e in await _host.Provider.StreamOrchestrationHistoryAsync(id, CancellationToken.None))
        {
            events.Add(e);
        }

        Assert.Equal(3, events.Count(e => e is DurableTask.Core.History.TaskCompletedEvent));
    }

    [Fact]
    public async Task AFailedActivityIsRetried()
    {
        var id = await Client.StartNewAsync(nameof(TestFunctions.Retried));
        var status = await _host.ReachesAsync(id, OrchestrationRuntimeStatus.Completed);
        Assert.Equal("third time", status.Output.ToString());
    }

    [Fact]
    public async Task AnEventReachesAnOrchestrationThatWaits()
    {
        var id = await StartApprovalAsync();
        await Client.RaiseEventAsync(id, "Approved", "yes");
        Assert.Equal("yes", (await _host.ReachesAsync(id, OrchestrationRuntimeStatus.Completed)).Output.ToString());
    }

    [Fact]
    public async Task AnOrchestrationIsSuspendedResumedAndTerminated()
    {
        var id = await StartApprovalAsync();
        await Client.SuspendAsync(id, "pause");
        await _host.ReachesAsync(id, OrchestrationRuntimeStatus.Suspended);
        await Client.ResumeAsync(id, "go on");
        await _host.ReachesAsync(id, OrchestrationRuntimeStatus.Running);
        await Client.TerminateAsync(id, "enough");
        Assert.Equal("enough", (await _host.ReachesAsync(id, OrchestrationRuntimeStatus.Terminated)).Output.ToString());
    }

    [Fact]
    public async Task AFailedOrchestrationIsRewound()
    {
        var id = await Client.StartNewAsync(nameof(TestFunctions.Rewindable));
        await _host.ReachesAsync(id, OrchestrationRuntimeStatus.Failed);
        TestFunctions.IsRepaired = true;
#pragma warning disable CS0618 // The client's rewind is a preview.
        await Client.RewindAsync(id, "repaired");
#pragma warning restore CS0618
        Assert.Equal("repaired", (await _host.ReachesAsync(id, OrchestrationRuntimeStatus.Completed)).Output.ToString());
        Assert.Equal(2, TestFunctions.Repairs);
    }

    [Fact]
    public async Task AnEndedOrchestrationIsRestartedWithItsInput()
    {
        var id = await Client.StartNewAsync<object>(nameof(TestFunctions.FanOut), 2);
        await _host.ReachesAsync(id, OrchestrationRuntimeStatus.Completed);
        var other = await Client.RestartAsync(id, restartWithNewInstanceId: true);
        Assert.NotEqual(id, other);
        Assert.Equal("Hello 0 Hello 1", (await _host.ReachesAsync(other, OrchestrationRuntimeStatus.Completed)).Output.ToString());
    }

    [Fact]
    public async Task EndedOrchestrationsArePurgedByIdAndByFilter()
    {
        var ids = await FinishAsync("purge", 3);
        Assert.Equal(1, (await Client.PurgeInstanceHistoryAsync(ids[0])).InstancesDeleted);
        Assert.Null(await Client.GetStatusAsync(ids[0]));
        Assert.Equal(0, (await Client.PurgeInstanceHistoryAsync(new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc), null, [OrchestrationStatus.Failed])).InstancesDeleted);
        Assert.Equal(2, (await Client.PurgeInstanceHistoryAsync(new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc), null, [OrchestrationStatus.Completed])).InstancesDeleted);
    }

    [Fact]
    public async Task TheListHasFiltersAndPages()
    {
        var ids = await FinishAsync("list", 5);
        await StartApprovalAsync();
        var condition = new OrchestrationStatusQueryCondition
        {
            InstanceIdPrefix = "list",
            PageSize = 2,
            RuntimeStatus = [OrchestrationRuntimeStatus.Completed],
            ShowInput = false,
        };
        var found = new List<DurableOrchestrationStatus>();
        var pages = 0;
        do
        {
            var page = await Client.ListInstancesAsync(condition, CancellationToken.None);
            found.AddRange(page.DurableOrchestrationState);
            condition.ContinuationToken = page.ContinuationToken;
            pages++;
        }
        while (condition.ContinuationToken is not null);

        Assert.Equal(3, pages);
        Assert.Equal(ids, found.Select(s => s.InstanceId));
        Assert.All(found, s => Assert.Equal(Newtonsoft.Json.Linq.JTokenType.Null, s.Input.Type));
    }

    [Fact]
    public async Task WorkAsksForWorkers()
    {
        Assert.True(_host.Provider.TryGetTargetScaler("f", "f", "TestHub", "Database", out var scaler));
        Assert.True(_host.Provider.TryGetScaleMonitor("f", "f", "TestHub", "Database", out var monitor));
        Assert.Equal(0, (await scaler.GetScaleResultAsync(new TargetScalerContext())).TargetWorkerCount);

        await StartApprovalAsync();
        Assert.Equal(1, (await scaler.GetScaleResultAsync(new TargetScalerContext())).TargetWorkerCount);
        var metrics = await monitor.GetMetricsAsync();
        Assert.Equal(ScaleVote.ScaleOut, Vote(0));
        Assert.Equal(ScaleVote.None, Vote(1));
        Assert.Equal(ScaleVote.ScaleIn, Vote(2));

        ScaleVote Vote(int workers) => monitor.GetScaleStatus(new ScaleStatusContext { WorkerCount = workers, Metrics = [metrics] }).Vote;
    }

    private async Task<string> StartApprovalAsync()
    {
        var id = await Client.StartNewAsync(nameof(TestFunctions.Approval));
        await Eventually.TrueAsync(async () => (await Client.GetStatusAsync(id))?.CustomStatus.ToString() == "waiting");
        return id;
    }

    private async Task<string[]> FinishAsync(string prefix, int count)
    {
        var ids = Enumerable.Range(0, count).Select(i => $"{prefix}-{i}").ToArray();
        foreach (var id in ids)
        {
            await Client.StartNewAsync<object>(nameof(TestFunctions.FanOut), id, 1);
            await _host.ReachesAsync(id, OrchestrationRuntimeStatus.Completed);
        }

        return ids;
    }
}
