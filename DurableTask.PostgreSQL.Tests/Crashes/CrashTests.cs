using System.Collections.Concurrent;
using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.DurableTask;

namespace DurableTask.PostgreSQL.Tests.Crashes;

/// <summary>
/// A node that crashes between any two steps: what was committed stays as it is, what was not is done again, and the orchestration ends. To PostgreSQL
/// a node that is cut off for good has crashed. This one even goes on in memory, and nothing that it does may have an effect.
/// </summary>
public sealed class CrashTests : IAsyncLifetime
{
    /// <summary>What each node's activities returned, in order.</summary>
    private readonly ConcurrentQueue<string> _results = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new();
    private TestHub _hub = null!;
    private Link _link = null!;
    private TestNode _first = null!;
    private int _count;

    public async Task InitializeAsync()
    {
        _hub = await TestHub.CreateAsync();
        _link = new Link(_hub.ConnectionString);
        _first = await _hub.StartNodeAsync(Tasks, Hasty, link: _link);
        await _hub.ForbidChangesOfHistoryAsync();

        // All connections are there before a test holds something up.
        await _first.RunAsync("Echo");
    }

    public async Task DisposeAsync()
    {
        _link.Dispose();
        foreach (var gate in _gates.Values)
        {
            gate.TrySetResult();
        }

        await _hub.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task BeforeAnythingOfARunIsCommitted_TheRunStartsOnAnotherNode(bool isLastCommitMade)
    {
        var held = await _hub.LockAsync("history");
        var id = await _first.ScheduleAsync("Steps", 2);
        await held.BlocksAsync("insert into");

        var second = await CrashAsync(held, isLastCommitMade);

        await EndsWithCommittedResultsAsync(second, id, 2);
    }

    [Fact]
    public async Task WhileAnActivityRuns_ItIsRepeatedWithItsInput()
    {
        var id = await _first.ScheduleAsync("Steps", -2);
        await Eventually.TrueAsync(async () => (await _hub.NewClient().HistoryAsync(id)).Count(e => e is "TaskScheduled") == 2);

        var second = await CrashAsync();
        await OpenAsync("step 2");

        Assert.Equal(["step 1", "step 2"], (await second.OutputOfAsync<string[]>(id))!.Select(Input));
        Assert.Single(_results, r => Input(r) == "step 1");
        await AssertSoundAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AfterTheOrchestratorSawAResultThatIsNotCommitted_ItSeesOneThatIs(bool isLastCommitMade)
    {
        var id = await _first.ScheduleAsync("Steps", -2);
        await Eventually.TrueAsync(async () => (await _hub.NewClient().HistoryAsync(id)).Count(e => e is "TaskScheduled") == 2);
        var held = await _hub.LockAsync("history");
        await OpenAsync("step 2");
        await held.BlocksAsync("insert into");

        var second = await CrashAsync(held, isLastCommitMade);

        await EndsWithCommittedResultsAsync(second, id, 2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task BetweenAnEventAndItsCommit_TheEventIsTakenOnceIfItWasAccepted(bool isLastCommitMade)
    {
        var id = await _first.ScheduleAsync("Collects", 2);
        await Eventually.TrueAsync(async () => (await _hub.NewClient().HistoryAsync(id)).Count > 0);
        var held = await _hub.LockAsync("history");
        var raise = _first.Client.RaiseEventAsync(id, "e", "1");
        await held.BlocksAsync("insert into");

        var second = await CrashAsync(held, isLastCommitMade);
        if (!isLastCommitMade)
        {
            Assert.False(raise.IsCompletedSuccessfully);
            await second.Client.RaiseEventAsync(id, "e", "1");
        }

        await second.Client.RaiseEventAsync(id, "e", "2");

        Assert.Equal("1 2", await second.OutputOfAsync<string>(id));
        await AssertSoundAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task BeforeTheStartOfAChildIsCommitted_TheChildRunsOnce(bool isLastCommitMade)
    {
        var held = await _hub.LockAsync("history");
        await _first.ScheduleAsync("ParentOfWaits", "child", "parent");
        await held.BlocksAsync("insert into");

        var second = await CrashAsync(held, isLastCommitMade);
        await Eventually.TrueAsync(async () => await second.Client.GetInstanceAsync("child") is { IsRunning: true });
        await second.Client.RaiseEventAsync("child", "go", "once");

        Assert.Equal("once", await second.OutputOfAsync<string>("parent"));
        await AssertSoundAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task BeforeTheEndIsCommitted_ItIsNotVisible_AndItComesOnce(bool isLastCommitMade)
    {
        await _first.ScheduleAsync("ParentOfWaits", "child", "parent");
        var outside = _hub.NewClient();
        await Eventually.TrueAsync(async () => await outside.Client.GetInstanceAsync("child") is { IsRunning: true });
        var held = await _hub.LockAsync("history");
        await outside.Client.RaiseEventAsync("child", "go", "ended");
        await held.BlocksAsync("insert into");
        var seen = await outside.Client.GetInstanceAsync("child");

        var second = await CrashAsync(held, isLastCommitMade);

        Assert.True(seen!.IsRunning);
        Assert.Equal("ended", await second.OutputOfAsync<string>("child"));
        Assert.Equal("ended", await second.OutputOfAsync<string>("parent"));
        await AssertSoundAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhileAnInstanceIsReleased_TheOtherNodeTakesIt(bool isLastCommitMade)
    {
        var id = await _first.ScheduleAsync("Waits");
        await Eventually.TrueAsync(async () => (await _hub.NewClient().HistoryAsync(id)).Count > 0);
        var held = await _hub.LockInstanceAsync(id);
        _first.Service.Sessions.TryFind(id, out var session);
        session.EvictIfIdle(TimeSpan.Zero);
        await held.BlocksAsync("update");

        var second = await CrashAsync(held, isLastCommitMade);
        await second.Client.RaiseEventAsync(id, "go", "woken");

        Assert.Equal("woken", await second.OutputOfAsync<string>(id));
        await AssertSoundAsync();
    }

    [Fact]
    public async Task WhileAnInstanceIsTaken_TheOtherNodeTakesIt()
    {
        var held = await _hub.LockAsync("history");
        var id = await _hub.NewClient().ScheduleAsync("Steps", 1);
        await held.BlocksAsync("select instance_id");

        var second = await CrashAsync(held, isLastCommitMade: false);

        await EndsWithCommittedResultsAsync(second, id, 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task BeforeAGenerationIsCommitted_EachRunsAtLeastOnce_AndTheLastCounts(bool isLastCommitMade)
    {
        await _hub.ExecuteAsync("drop trigger forbid on {hub}.history");
        var id = await _first.ScheduleAsync("Generations", -3);
        await Eventually.TrueAsync(async () => (await _hub.NewClient().HistoryAsync(id)).Contains("TaskScheduled"));
        var held = await _hub.LockAsync("history");
        await OpenAsync("generation 3");
        await held.BlocksAsync();

        var second = await CrashAsync(held, isLastCommitMade);

        Assert.Equal("over", await second.OutputOfAsync<string>(id));
        Assert.Equal(["generation 1", "generation 2", "generation 3"], _results.Select(Input).Distinct().Order());
        await AssertSoundAsync();
    }

    [Fact]
    public async Task TimersOfTheCrashedNode_FireOnTheOtherNode()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _first.ScheduleAsync("Sleeps")));
        await Eventually.TrueAsync(async () => await _hub.ScalarAsync<long>("select count(*) from {hub}.history_events where type = 10") == 10);

        var second = await CrashAsync();

        Assert.All(await Task.WhenAll(ids.Select(second.OutputOfAsync<string>)), text => Assert.Equal("slept", text));
        await AssertSoundAsync();
    }

    private void Tasks(DurableTaskRegistry tasks)
    {
        CommonTasks.Add(tasks);
        tasks.AddActivityFunc<string, string>("Step", async (_, input) =>
        {
            if (_gates.TryGetValue(input, out var gate))
            {
                await gate.Task;
            }

            // Different at each execution, so that a repeated result differs from the first.
            var result = $"{input} #{Interlocked.Increment(ref _count)}";
            _results.Enqueue(result);
            return result;
        });

        // A negative count holds up the last step until it is opened.
        tasks.AddOrchestratorFunc<int, string[]>("Steps", async (context, count) =>
        {
            var results = new List<string>();
            for (var n = 1; n <= Math.Abs(count); n++)
            {
                if (count == -n)
                {
                    _gates.TryAdd($"step {n}", NewGate());
                }

                results.Add(await context.CallActivityAsync<string>("Step", $"step {n}"));
            }

            return [.. results];
        });
        tasks.AddOrchestratorFunc<int, string>("Generations", async (context, count) =>
        {
            if (count == 0)
            {
                return "over";
            }

            if (count < 0)
            {
                _gates.TryAdd($"generation {-count}", NewGate());
            }

            await context.CallActivityAsync<string>("Step", $"generation {Math.Abs(count)}");
            context.ContinueAsNew(Math.Abs(count) - 1);
            return "ignored";
        });
        tasks.AddOrchestratorFunc<string>("Sleeps", async context =>
        {
            await context.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None);
            return "slept";
        });
    }

    private async Task OpenAsync(string gate)
    {
        await Eventually.TrueAsync(() => _gates.ContainsKey(gate));
        _gates[gate].TrySetResult();
    }

    /// <summary>
    /// Cuts the first node off for good and starts a second one. A commit that is held up then either takes place, or ends with the node's session.
    /// </summary>
    private async Task<TestNode> CrashAsync(HeldLock? held = null, bool isLastCommitMade = false)
    {
        _link.Cut();
        if (held is not null && !isLastCommitMade)
        {
            await held.TerminateWaitersAsync();
        }

        if (held is not null)
        {
            await held.DisposeAsync();
        }

        return await _hub.StartNodeAsync(Tasks, Hasty);
    }

    /// <summary>The results in the output are those of the committed history, each from one of the executions.</summary>
    private async Task EndsWithCommittedResultsAsync(TestNode node, string id, int count)
    {
        var output = (await node.OutputOfAsync<string[]>(id))!;
        var committed = (await node.Client.GetOrchestrationHistoryAsync(id)).OfType<Core.History.TaskCompletedEvent>().Select(e => e.Result.Trim('"'));
        Assert.Equal(Enumerable.Range(1, count).Select(n => $"step {n}"), output.Select(Input));
        Assert.Equal(committed, output);
        Assert.All(output, result => Assert.Contains(result, _results));
        await AssertSoundAsync();
    }

    private Task AssertSoundAsync() => _hub.AssertHistoriesAreWholeAsync();

    private static string Input(string result) => result.Split(" #")[0];

    private static TaskCompletionSource NewGate() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static void Hasty(PostgreSqlOrchestrationServiceOptions options)
    {
        options.HeartbeatInterval = TimeSpan.FromMilliseconds(100);
        options.ReconnectGrace = TimeSpan.FromMilliseconds(300);
        options.DrainTimeout = TimeSpan.FromMilliseconds(50);
    }
}
