using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableTask.PostgreSQL.Tests.Client;

/// <summary>Queries over instances.</summary>
public abstract class QueryTests(bool isOfNode) : ClientTest(isOfNode)
{
    [Fact]
    [Trait("Runs", "OnEachRuntime")]
    public async Task Pages_GiveEachInstanceOnce_InOrderOfIds()
    {
        var ids = Enumerable.Range(0, 25).Select(n => $"i{n:D2}").ToList();
        await RunAsync(ids);

        var pages = new List<Page<OrchestrationMetadata>>();
        await foreach (var page in Client.GetAllInstancesAsync(new OrchestrationQuery(PageSize: 10)).AsPages())
        {
            pages.Add(page);
        }

        Assert.Equal([10, 10, 5], pages.Select(p => p.Values.Count));
        Assert.Equal(ids, pages.SelectMany(p => p.Values).Select(i => i.InstanceId));
        Assert.NotNull(pages[0].ContinuationToken);
        Assert.Null(pages[2].ContinuationToken);
        Assert.Equal(ids[20..], await IdsAsync(new OrchestrationQuery(PageSize: 10, ContinuationToken: pages[1].ContinuationToken)));
    }

    [Fact]
    public async Task EmptyHub_GivesAnEmptyPage() => Assert.Empty(await IdsAsync(new OrchestrationQuery()));

    [Fact]
    public async Task Statuses_MatchAnyOfThem_AndNoneMatchesAll()
    {
        await RunAsync(["completed"]);
        await Node.EndOfAsync(await Node.ScheduleAsync("Fails", "boom", "failed"));
        await StartWaitingAsync("running");

        Assert.Equal(["completed", "failed", "running"], await IdsAsync(new OrchestrationQuery(Statuses: [])));
        Assert.Equal(
            ["failed", "running"],
            await IdsAsync(new OrchestrationQuery(Statuses: [OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Failed])));
        Assert.Empty(await IdsAsync(new OrchestrationQuery(Statuses: [OrchestrationRuntimeStatus.Suspended])));
    }

    [Fact]
    public async Task Prefix_IsCaseSensitive_AndHasNoWildcards()
    {
        await RunAsync(["a%b", "a%c", "aXb", "A%b"]);

        Assert.Equal(["a%b", "a%c"], await IdsAsync(new OrchestrationQuery(InstanceIdPrefix: "a%")));
        Assert.Empty(await IdsAsync(new OrchestrationQuery(InstanceIdPrefix: "a_")));
    }

    [Fact]
    public async Task CreationTimes_AtTheLimits_AreIncluded()
    {
        await RunAsync(["1", "2", "3"]);
        var middle = (await Caller.FindAsync("2")).CreatedAt;

        Assert.Equal(["2", "3"], await IdsAsync(new OrchestrationQuery(CreatedFrom: middle)));
        Assert.Equal(["1", "2"], await IdsAsync(new OrchestrationQuery(CreatedTo: middle)));
        Assert.Equal(["2"], await IdsAsync(new OrchestrationQuery(CreatedFrom: middle, CreatedTo: middle.ToOffset(TimeSpan.FromHours(5)))));
    }

    [Fact]
    public async Task Rows_HaveInputsAndOutputsOnRequest_AndTagsAlways()
    {
        var tags = new Dictionary<string, string> { ["k"] = "v" };
        await Node.EndOfAsync(await Node.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "in", new StartOrchestrationOptions("one") { Tags = tags }));

        var brief = (await ListAsync(new OrchestrationQuery()))[0];
        var whole = (await ListAsync(new OrchestrationQuery(FetchInputsAndOutputs: true)))[0];

        Assert.Null(brief.SerializedInput);
        Assert.Null(brief.SerializedOutput);
        Assert.Equal("in", whole.ReadInputAs<string>());
        Assert.Equal("in", whole.ReadOutputAs<string>());
        Assert.Equal(tags, brief.Tags);
        Assert.Equal(tags, whole.Tags);
    }

    [Fact]
    public async Task Children_AreListedLikeOtherInstances()
    {
        var id = await Node.ScheduleAsync("ParentOfWaits", "child", "parent");
        await Caller.ReachesAsync("child", OrchestrationRuntimeStatus.Running);

        Assert.Equal(["child", "parent"], await IdsAsync(new OrchestrationQuery()));
        Assert.Equal("Waits", (await Caller.FindAsync("child")).Name);
        await Client.RaiseEventAsync("child", "go", "x");
        Assert.Equal("x", await Caller.OutputOfAsync<string>(id));
    }

    [Fact]
    public async Task EndedIds_AreListedByTheTimeAtWhichTheyEnded()
    {
        await RunAsync(["c1", "c2"]);
        await Node.EndOfAsync(await Node.ScheduleAsync("Fails", "boom", "f"));
        await StartWaitingAsync("running");
        var lastEnd = new DateTimeOffset((await Caller.Service.GetOrchestrationStateAsync("f", allExecutions: false))[0].CompletedTime);

        var first = await Client.ListInstanceIdsAsync(pageSize: 2);
        var rest = await Client.ListInstanceIdsAsync(pageSize: 2, lastInstanceKey: first.ContinuationToken);

        Assert.Equal(["c1", "c2"], first.Values);
        Assert.Equal(["f"], rest.Values);
        Assert.Null(rest.ContinuationToken);
        Assert.Equal(["f"], (await Client.ListInstanceIdsAsync([OrchestrationRuntimeStatus.Failed])).Values);
        Assert.Equal(["f"], (await Client.ListInstanceIdsAsync(completedTimeFrom: lastEnd)).Values);
        Assert.Equal(["c1", "c2", "f"], (await Client.ListInstanceIdsAsync(completedTimeTo: lastEnd)).Values);
    }

    [Fact]
    public async Task History_HasTheFrameworksEvents_AndThatOfAnUnknownInstanceIsRefused()
    {
        await RunAsync(["one"]);

        var events = await Client.GetOrchestrationHistoryAsync("one");

        Assert.Equal(["ExecutionStarted", "ExecutionCompleted"], await Caller.HistoryAsync("one"));
        Assert.Equal("Echo", events.OfType<Core.History.ExecutionStartedEvent>().Single().Name);
        Assert.Equal("\"one\"", events.OfType<Core.History.ExecutionCompletedEvent>().Single().Result);
        Assert.Contains(
            "nobody", (await Assert.ThrowsAsync<ArgumentException>(() => Client.GetOrchestrationHistoryAsync("nobody"))).Message, StringComparison.Ordinal);
        Assert.Equal("[]", await Caller.Service.GetOrchestrationHistoryAsync("nobody", executionId: null!));
    }

    private async Task RunAsync(IEnumerable<string> ids)
    {
        foreach (var id in ids)
        {
            await Node.EndOfAsync(await Node.ScheduleAsync("Echo", id, id));
        }
    }

    private async Task<List<OrchestrationMetadata>> ListAsync(OrchestrationQuery query)
    {
        var found = new List<OrchestrationMetadata>();
        await foreach (var instance in Client.GetAllInstancesAsync(query))
        {
            found.Add(instance);
        }

        return found;
    }

    private async Task<List<string>> IdsAsync(OrchestrationQuery query) => [.. (await ListAsync(query)).Select(i => i.InstanceId)];

    public sealed class OfANode() : QueryTests(isOfNode: true);

    public sealed class OfAnotherProcess() : QueryTests(isOfNode: false);
}
