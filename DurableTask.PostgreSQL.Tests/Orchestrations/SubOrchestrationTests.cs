using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using OrchestrationAlreadyExistsException = DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException;

namespace DurableTask.PostgreSQL.Tests.Orchestrations;

/// <summary>Orchestrations that call others, or send them events.</summary>
public sealed class SubOrchestrationTests
{
    private static void Tasks(DurableTaskRegistry tasks)
    {
        CommonTasks.Add(tasks);
        tasks.AddOrchestratorFunc<string, string>("CatchesItsChild", async (context, id) =>
        {
            try
            {
                return await context.CallSubOrchestratorAsync<string>("Echo", "from the child", new SubOrchestrationOptions { InstanceId = id });
            }
            catch (TaskFailedException exception)
            {
                return $"{exception.FailureDetails.ErrorType}: {exception.FailureDetails.ErrorMessage}";
            }
        });
        tasks.AddOrchestratorFunc<int, int>("FansOut", async (context, count) =>
        {
            var children = Enumerable.Range(0, count).Select(n => context.CallSubOrchestratorAsync<string>("Echo", $"{n}")).ToList();
            return (await Task.WhenAll(children)).Sum(text => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture));
        });
        tasks.AddOrchestratorFunc<string, string>("ParentOfFails", (context, message) => context.CallSubOrchestratorAsync<string>("Fails", message));
        tasks.AddOrchestratorFunc<string[]>("Sends", async (context, receivers) =>
        {
            for (var n = 0; n < 20; n++)
            {
                foreach (var receiver in receivers)
                {
                    context.SendEvent(receiver, "e", $"{n}");
                }

                if (n % 7 == 0)
                {
                    await context.CreateTimer(TimeSpan.FromMilliseconds(1), CancellationToken.None);
                }
            }
        });
    }

    [Fact]
    [Trait("Runs", "OnEachRuntime")]
    public async Task ResultsOfManyChildren_ReachTheirParentOnceEach()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(Tasks);

        var id = await node.ScheduleAsync("FansOut", 100);

        Assert.Equal(4950, await node.OutputOfAsync<int>(id));
        Assert.Equal(100, (await node.HistoryAsync(id)).Count(e => e is "SubOrchestrationInstanceCompleted"));
        Assert.Equal(0, await hub.ScalarAsync<long>("select count(*) from {hub}.inbox"));
    }

    [Fact]
    public async Task ChildWithTheIdOfARunningInstance_FailsTheCall_WhichTheParentMayCatch()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(Tasks);
        await node.ScheduleAsync("Waits", id: "taken");

        var text = await node.OutputOfAsync<string>(await node.ScheduleAsync("CatchesItsChild", "taken"));

        Assert.StartsWith(typeof(OrchestrationAlreadyExistsException).FullName!, text, StringComparison.Ordinal);
        Assert.Contains("'taken'", text, StringComparison.Ordinal);
        await node.Client.RaiseEventAsync("taken", "go", "undisturbed");
        Assert.Equal("undisturbed", await node.OutputOfAsync<string>("taken"));
    }

    [Fact]
    public async Task ChildWithTheIdOfAnEndedInstance_TakesItOver()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(Tasks);
        await node.EndOfAsync(await node.ScheduleAsync("Echo", "old", "used"));

        Assert.Equal("from the child", await node.OutputOfAsync<string>(await node.ScheduleAsync("CatchesItsChild", "used")));
        Assert.Equal("from the child", await node.OutputOfAsync<string>("used"));
    }

    [Fact]
    public async Task SeveralParentsWithTheSameChildId_StartItOnce()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(Tasks);
        var parents = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => node.ScheduleAsync("ParentOfWaits", "wanted")));
        await Eventually.TrueAsync(async () => await hub.ScalarAsync<long>("select count(*) from {hub}.instances where status = 3") == 7);

        await node.Client.RaiseEventAsync("wanted", "go", "mine");

        var ends = await Task.WhenAll(parents.Select(node.EndOfAsync));
        Assert.Single(ends, end => end.RuntimeStatus is OrchestrationRuntimeStatus.Completed && end.ReadOutputAs<string>() == "mine");
        Assert.Equal(7, ends.Count(end => end.FailureDetails?.InnerFailure?.ErrorType == typeof(OrchestrationAlreadyExistsException).FullName));
    }

    [Fact]
    public async Task FailureOfAChild_ReachesTheParentWhole()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(Tasks);

        var end = await node.RunAsync("ParentOfFails", "line one\nline two: \0 'quoted'");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal(typeof(InvalidOperationException).FullName, end.FailureDetails!.InnerFailure!.ErrorType);
        Assert.Equal("line one\nline two: \0 'quoted'", end.FailureDetails.InnerFailure.ErrorMessage);
    }

    [Fact]
    public async Task ChildThatEnds_WakesAParentThatWaitsInTheDatabase()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(Tasks);
        await node.ScheduleAsync("ParentOfWaits", "child", "parent");
        await node.ReachesAsync("child", OrchestrationRuntimeStatus.Running);
        await node.EvictAsync("parent");
        await node.EvictAsync("child");

        await node.Client.RaiseEventAsync("child", "go", "up");

        Assert.Equal("up", await node.OutputOfAsync<string>("parent"));
    }

    [Fact]
    public async Task ChildWhoseParentEndedBeforeIt_EndsWithoutHarm()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(Tasks);
        await node.ScheduleAsync("ParentOfWaits", "child", "parent");
        await node.ReachesAsync("child", OrchestrationRuntimeStatus.Running);
        await node.Client.TerminateInstanceAsync("parent");
        await node.EndOfAsync("parent");

        await node.Client.RaiseEventAsync("child", "go", "alone");

        Assert.Equal("alone", await node.OutputOfAsync<string>("child"));
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await node.FindAsync("parent")).RuntimeStatus);
        Assert.Equal(0, await hub.ScalarAsync<long>("select count(*) from {hub}.inbox"));
    }

    [Fact]
    public async Task ParentAndChild_MoveToAnotherNode()
    {
        await using var hub = await TestHub.CreateAsync();
        var first = await hub.StartNodeAsync(Tasks);
        await first.ScheduleAsync("GrandparentOfWaits", "child", "grandparent");
        await first.ReachesAsync("child", OrchestrationRuntimeStatus.Running);
        await first.StopAsync();

        var second = await hub.StartNodeAsync(Tasks);
        await second.Client.RaiseEventAsync("child", "go", "moved");

        Assert.Equal("moved", await second.OutputOfAsync<string>("grandparent"));
    }

    [Fact]
    public async Task Child_HasTheTagsOfItsParent()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(Tasks);
        var tags = new Dictionary<string, string> { ["tenant"] = "x" };
        await node.Client.ScheduleNewOrchestrationInstanceAsync("ParentOfWaits", "child", new StartOrchestrationOptions("parent") { Tags = tags });
        await node.ReachesAsync("child", OrchestrationRuntimeStatus.Running);

        Assert.Equal("x", (await node.FindAsync("child")).Tags["tenant"]);
    }

    [Fact]
    public async Task EventsFromAnOrchestration_ArriveInOrderAtEachReceiver_AndThoseToNobodyAreDropped()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(Tasks);
        await node.ScheduleAsync("Collects", 20, "a");
        await node.ScheduleAsync("Collects", 20, "b");

        await node.EndOfAsync(await node.ScheduleAsync("Sends", (string[])["a", "nobody", "b"]));

        var expected = string.Join(' ', Enumerable.Range(0, 20));
        Assert.Equal(expected, await node.OutputOfAsync<string>("a"));
        Assert.Equal(expected, await node.OutputOfAsync<string>("b"));
        Assert.Null(await node.Client.GetInstanceAsync("nobody"));
        Assert.Equal(0, await hub.ScalarAsync<long>("select count(*) from {hub}.inbox"));
    }
}
