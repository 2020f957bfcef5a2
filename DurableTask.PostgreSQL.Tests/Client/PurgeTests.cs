using DurableTask.Core;
using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableTask.PostgreSQL.Tests.Client;

/// <summary>Deleting instances that have ended.</summary>
public abstract class PurgeTests(bool isOfNode) : ClientTest(isOfNode)
{
    [Fact]
    [Trait("Runs", "OnEachRuntime")]
    public async Task Purge_EndedInstance_DeletesAllOfIt()
    {
        var id = await Node.ScheduleAsync("Echo", "x");
        await Node.EndOfAsync(id);

        var first = await Client.PurgeInstanceAsync(id);
        var second = await Client.PurgeInstanceAsync(id);

        Assert.Equal(1, first.PurgedInstanceCount);
        Assert.Equal(0, second.PurgedInstanceCount);
        Assert.Null(await Client.GetInstanceAsync(id));
        Assert.Equal(0, await Hub.ScalarAsync<long>("select (select count(*) from {hub}.instances) + (select count(*) from {hub}.history)"));
    }

    [Fact]
    public async Task Purge_RunningInstance_IsRefused()
    {
        var id = await StartWaitingAsync();

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => Client.PurgeInstanceAsync(id));

        Assert.Contains("Running", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, (await Caller.Service.PurgeInstanceStateAsync(id)).DeletedInstanceCount);
        await Client.RaiseEventAsync(id, "go", "alive");
        Assert.Equal("alive", await Caller.OutputOfAsync<string>(id));
    }

    [Fact]
    public async Task Purge_UnknownInstance_ReturnsZero() => Assert.Equal(0, (await Client.PurgeInstanceAsync("nobody")).PurgedInstanceCount);

    [Fact]
    public async Task Purge_ByFilter_DeletesOnlyEndedInstancesThatMatch()
    {
        await EndedAsync("Echo", "before");
        var from = (await EndedAsync("Echo", "first")).CreatedAt;
        await EndedAsync("Fails", "failed");
        await StartWaitingAsync("running");
        var to = (await EndedAsync("Echo", "last")).CreatedAt;
        await EndedAsync("Echo", "after");

        var failed = await Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(Statuses: [OrchestrationRuntimeStatus.Failed]));
        var window = await Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(from, to));

        Assert.Equal(1, failed.PurgedInstanceCount);
        Assert.Equal(2, window.PurgedInstanceCount);
        Assert.Equal(["after", "before", "running"], await IdsAsync());
    }

    [Fact]
    public async Task Purge_ByFilterAndRecursively_DeletesChildrenOutsideTheFilterToo()
    {
        await EndedFamilyAsync();
        var parent = await Caller.FindAsync("parent");

        var result = await Client.PurgeAllInstancesAsync(
            new PurgeInstancesFilter(CreatedTo: parent.CreatedAt), new PurgeInstanceOptions(Recursive: true));

        Assert.Equal(2, result.PurgedInstanceCount);
        Assert.Empty(await IdsAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Purge_ById_DeletesChildrenOnlyWhenRecursive(bool recursive)
    {
        await EndedFamilyAsync();

        var result = await Client.PurgeInstanceAsync("parent", new PurgeInstanceOptions(recursive));

        Assert.Equal(recursive ? 2 : 1, result.PurgedInstanceCount);
        Assert.Equal(recursive ? [] : ["child"], await IdsAsync());
    }

    [Fact]
    public async Task Purge_Recursively_LeavesAChildThatStillRuns()
    {
        var id = await Node.ScheduleAsync("ParentOfWaits", "child", "parent");
        await Caller.ReachesAsync("child", OrchestrationRuntimeStatus.Running);
        await Client.TerminateInstanceAsync(id);
        await Caller.EndOfAsync(id);

        Assert.Equal(1, (await Client.PurgeInstanceAsync(id, new PurgeInstanceOptions(Recursive: true))).PurgedInstanceCount);
        Assert.Equal(["child"], await IdsAsync());
    }

    [Fact]
    public async Task Purge_MoreThanABatch_DeletesAll()
    {
        await InsertEndedAsync(2345);

        var result = await Client.PurgeAllInstancesAsync(new PurgeInstancesFilter());

        Assert.Equal(2345, result.PurgedInstanceCount);
        Assert.True(result.IsComplete);
        Assert.Equal(0, await Hub.ScalarAsync<long>("select (select count(*) from {hub}.instances) + (select count(*) from {hub}.history)"));
    }

    [Fact]
    public async Task Purge_WithATimeout_StopsInTime_AndReportsThatMoreIsLeft()
    {
        await InsertEndedAsync(2345);

        var result = await Client.PurgeAllInstancesAsync(new PurgeInstancesFilter { Timeout = TimeSpan.FromTicks(1) });

        Assert.False(result.IsComplete);
        Assert.InRange(result.PurgedInstanceCount, 1, 2344);
    }

    [Fact]
    public async Task Purge_FreesTheId()
    {
        await EndedAsync("Echo", "again");
        await Client.PurgeInstanceAsync("again");

        await Client.ScheduleNewOrchestrationInstanceAsync(
            "Echo", "second", new StartOrchestrationOptions("again") { DedupeStatuses = ["Completed"] });

        Assert.Equal("second", await Caller.OutputOfAsync<string>("again"));
    }

    [Theory]
    [InlineData(OrchestrationStateTimeRangeFilterType.OrchestrationCreatedTimeFilter)]
    [InlineData(OrchestrationStateTimeRangeFilterType.OrchestrationCompletedTimeFilter)]
    [InlineData(OrchestrationStateTimeRangeFilterType.OrchestrationLastUpdatedTimeFilter)]
    public async Task Purge_ByTheFrameworksClient_FiltersByTheTimeOfItsKind(OrchestrationStateTimeRangeFilterType filter)
    {
        await EndedAsync("Echo", "old");
        await StartWaitingAsync("long");
        var threshold = TimeProvider.System.GetUtcNow().UtcDateTime;
        await Client.RaiseEventAsync("long", "go", "late");
        await Caller.EndOfAsync("long");
        await EndedAsync("Echo", "new");

        await Caller.Service.PurgeOrchestrationHistoryAsync(threshold, filter);

        var isByCreation = filter is OrchestrationStateTimeRangeFilterType.OrchestrationCreatedTimeFilter;
        Assert.Equal(isByCreation ? ["new"] : ["long", "new"], await IdsAsync());
    }

    private async Task<OrchestrationMetadata> EndedAsync(string orchestrator, string id) =>
        await Node.EndOfAsync(await Node.ScheduleAsync(orchestrator, id, id));

    private async Task EndedFamilyAsync()
    {
        await Node.ScheduleAsync("ParentOfWaits", "child", "parent");
        await Caller.ReachesAsync("child", OrchestrationRuntimeStatus.Running);
        await Client.RaiseEventAsync("child", "go", "x");
        await Caller.EndOfAsync("parent");
    }

    private Task InsertEndedAsync(int count) => Hub.ExecuteAsync(
        $$"""
        insert into {hub}.instances (id, run_id, execution_id, name, status, created_at, updated_at, completed_at)
        select 'old' || n, gen_random_uuid(), n, 'Echo', 1, now(), now(), now() from generate_series(1, {{count}}) n
        """,
        "insert into {hub}.history (instance_id, seq, events) select id, 0, '[]' from {hub}.instances");

    private async Task<List<string>> IdsAsync()
    {
        var ids = new List<string>();
        await foreach (var instance in Client.GetAllInstancesAsync())
        {
            ids.Add(instance.InstanceId);
        }

        return ids;
    }

    public sealed class OfANode() : PurgeTests(isOfNode: true);

    public sealed class OfAnotherProcess() : PurgeTests(isOfNode: false);
}
