using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableTask.PostgreSQL.Tests.Client;

/// <summary>Raising events.</summary>
public abstract class EventTests(bool isOfNode) : ClientTest(isOfNode)
{
    [Fact]
    [Trait("Runs", "OnEachRuntime")]
    public async Task Events_ArriveOnceEach_InTheOrderInWhichTheyWereRaised()
    {
        var id = await Node.ScheduleAsync("Collects", 50);

        await RaiseAsync(id, Enumerable.Range(0, 50));

        Assert.Equal(string.Join(' ', Enumerable.Range(0, 50)), await Caller.OutputOfAsync<string>(id));
    }

    [Fact]
    public async Task EventsToAnInstanceScheduledForLater_WaitForItsStart_AndDoNotCauseIt()
    {
        var startAt = TimeProvider.System.GetUtcNow().AddSeconds(2.5);
        var id = await Client.ScheduleNewOrchestrationInstanceAsync("Collects", 2, new StartOrchestrationOptions(StartAt: startAt));

        await RaiseAsync(id, [1, 2]);

        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await Caller.FindAsync(id)).RuntimeStatus);
        var end = await Caller.EndOfAsync(id);
        Assert.Equal("1 2", end.ReadOutputAs<string>());
        Assert.True(end.LastUpdatedAt >= startAt);
    }

    [Fact]
    public async Task EventWithoutPayload_GivesNull()
    {
        var id = await Node.ScheduleAsync("Waits");

        await Client.RaiseEventAsync(id, "go");

        Assert.Null(await Caller.OutputOfAsync<string>(id));
    }

    [Fact]
    public async Task EventToAnUnknownInstance_Throws()
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => Client.RaiseEventAsync("nobody", "go"));

        Assert.Contains("'nobody'", refusal.Message, StringComparison.Ordinal);
        Assert.Null(await Client.GetInstanceAsync("nobody"));
    }

    [Fact]
    public async Task EventToAnEndedInstance_IsRefused_AndChangesNothing()
    {
        var id = await Node.ScheduleAsync("Echo", "done");
        var before = await Node.EndOfAsync(id);

        await Assert.ThrowsAsync<InvalidOperationException>(() => Client.RaiseEventAsync(id, "go"));

        var after = await Caller.FindAsync(id);
        Assert.Equal(before.LastUpdatedAt, after.LastUpdatedAt);
        Assert.Equal(before.SerializedOutput, after.SerializedOutput);
        Assert.Equal(0, await Hub.ScalarAsync<long>("select count(*) from {hub}.inbox"));
    }

    [Fact]
    public async Task EventWithoutAWaiter_ChangesNothing()
    {
        var id = await StartWaitingAsync();

        await Client.RaiseEventAsync(id, "other", "x");
        await Client.RaiseEventAsync(id, "go", "y");

        Assert.Equal("y", await Caller.OutputOfAsync<string>(id));
    }

    [Fact]
    public async Task Event_IsStoredWhenTheCallReturns()
    {
        var id = await StartWaitingAsync();

        await Client.RaiseEventAsync(id, "other", "kept");

        var kept = await Hub.ScalarAsync<long>(
            """
            select (select count(*) from {hub}.inbox where event like '%"kept%')
                + (select count(*) from {hub}.history where events like '%"kept%')
            """);
        Assert.Equal(1, kept);
    }

    [Fact]
    public async Task EventsInOneBatch_ArriveInOrder()
    {
        var id = await Node.ScheduleAsync("Collects", 3);

        await Caller.Service.SendTaskOrchestrationMessageBatchAsync(
            [.. Enumerable.Range(1, 3).Select(n => PostgreSqlOrchestrationService.MessageTo(
                id, new Core.History.EventRaisedEvent(-1, $"\"{n}\"") { Name = "e" }))]);

        Assert.Equal("1 2 3", await Caller.OutputOfAsync<string>(id));
    }

    private async Task RaiseAsync(string id, IEnumerable<int> numbers)
    {
        foreach (var number in numbers)
        {
            await Client.RaiseEventAsync(id, "e", $"{number}");
        }
    }

    public sealed class OfANode() : EventTests(isOfNode: true);

    public sealed class OfAnotherProcess() : EventTests(isOfNode: false);
}
