using FunctionApp.Tests.Hosting;
using Microsoft.DurableTask;

namespace FunctionApp.Tests.EmbeddedFunctions.Engine.Rules;

[Collection(LocalServicesCollection.Name)]
public sealed class RetryRules(SharedNode node) : IClassFixture<SharedNode>
{
    [Fact]
    public async Task Delays_GrowByTheCoefficientUpToTheCap_ToTheTick()
    {
        node.Functions.Activity<string, string>("Delays-fail", string (_) => throw new InvalidOperationException("no"));
        var id = await node.StartAsync(async context =>
        {
            var policy = new RetryPolicy(5, TimeSpan.FromMilliseconds(10), 3, TimeSpan.FromMilliseconds(50));
            await Assert.ThrowsAsync<TaskFailedException>(
                () => context.CallActivityAsync<string>("Delays-fail", "x", TaskOptions.FromRetryPolicy(policy)));
            return "over";
        });
        await node.Node.EndOfAsync(id);

        // Each timer is set at the time of the failure before it; after the last one there is one more, of no length.
        var history = (await node.Node.Engine.Store.LoadHistoriesAsync([id], CancellationToken.None))[id];
        var delays = history
            .Where(e => e.Type == global::EmbeddedFunctions.Engine.Storage.HistoryEventType.TimerCreated)
            .Select(e => DateTime.Parse(e.Reference!, null, System.Globalization.DateTimeStyles.RoundtripKind) - e.At);
        Assert.Equal([10, 30, 50, 50, 0], delays.Select(d => d.TotalMilliseconds));
    }

    [Fact]
    public async Task OneAttempt_IsNotRetried()
    {
        var calls = 0;
        node.Functions.Activity<string, string>("Once", string (_) => throw new InvalidOperationException($"{++calls}"));

        var end = await node.RunAsync(context => context.CallActivityAsync<string>(
            "Once",
            "x",
            TaskOptions.FromRetryPolicy(new RetryPolicy(1, TimeSpan.FromMilliseconds(1)))));

        Assert.Equal(1, calls);
        Assert.Equal("Task 'Once' (#0) failed with an unhandled exception: 1", end.FailureDetails!.ErrorMessage);
    }

    [Fact]
    public async Task Timeout_StopsWhenTheTimeSinceTheFirstAttemptIsOver_AndThrowsTheAttemptsOwnError()
    {
        var calls = 0;
        node.Functions.Activity<string, string>("Timed", string (_) => throw new InvalidOperationException($"attempt {++calls}"));

        var end = await node.RunAsync(async context =>
        {
            var start = context.CurrentUtcDateTime;
            var policy = new RetryPolicy(1000, TimeSpan.FromMilliseconds(40), 1, retryTimeout: TimeSpan.FromMilliseconds(200));
            var failure = await Assert.ThrowsAsync<TaskFailedException>(
                () => context.CallActivityAsync<string>("Timed", "x", TaskOptions.FromRetryPolicy(policy)));
            return (Late: context.CurrentUtcDateTime - start >= TimeSpan.FromMilliseconds(200), failure.FailureDetails.ErrorMessage) is var (late, error)
                ? $"{late} {error}"
                : string.Empty;
        });

        Assert.InRange(calls, 2, 6);
        Assert.Equal($"True attempt {calls}", end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task HandleFailure_IsAskedAfterEveryFailureThatAnAttemptMayFollow_WithItsDetails()
    {
        var asked = new List<string>();
        var calls = 0;
        node.Functions.Activity<string, string>("Asked", string (_) => throw new InvalidOperationException($"{++calls}"));

        await node.RunAsync(context => context.CallActivityAsync<string>("Asked", "x", TaskOptions.FromRetryPolicy(
            new RetryPolicy(3, TimeSpan.FromMilliseconds(1))
            {
                HandleFailure = details =>
                {
                    asked.Add($"{details.ErrorType} {details.ErrorMessage}");
                    return true;
                },
            })));

        Assert.Equal(["System.InvalidOperationException 1", "System.InvalidOperationException 2"], asked);
    }

    [Fact]
    public async Task Handler_IsAskedAfterTheLastFailureToo_AndNoTimerTakesATaskId()
    {
        var attempts = new List<int>();
        node.Functions.Activity<string, string>("Handled", string (_) => throw new InvalidOperationException("no"));

        var end = await node.RunAsync(async context =>
        {
            var failure = await Assert.ThrowsAsync<TaskFailedException>(() => context.CallActivityAsync<string>(
                "Handled",
                "x",
                TaskOptions.FromRetryHandler(retry =>
                {
                    attempts.Add(retry.LastAttemptNumber);
                    return retry.LastAttemptNumber < 3;
                })));
            return failure.TaskId;
        });

        Assert.Equal([1, 2, 3], attempts);
        Assert.Equal(2, end.ReadOutputAs<int>());
    }

    [Fact]
    public async Task RetriedChild_WithoutAGivenId_KeepsOneIdForAllAttempts()
    {
        var ids = new List<string>();
        node.Functions.Orchestrator("RetriedChild-child", Task<string> (context) =>
        {
            ids.Add(context.InstanceId);
            throw new InvalidOperationException("no");
        });

        await node.RunAsync(context => context.CallSubOrchestratorAsync<string>(
            "RetriedChild-child",
            TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromMilliseconds(1)))));

        Assert.Equal(3, ids.Count);
        Assert.Single(ids.Distinct());
        Assert.Matches("^[0-9a-f]{32}$", ids[0]);
    }
}
