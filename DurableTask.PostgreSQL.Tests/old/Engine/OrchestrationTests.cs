using FunctionApp.Tests.Hosting;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace FunctionApp.Tests.EmbeddedFunctions.Engine;

[Collection(LocalServicesCollection.Name)]
public sealed class OrchestrationTests(LocalServicesFixture services)
{
    [Fact]
    public async Task FanOut_ReturnsResultsInCallOrder()
    {
        var functions = new TestFunctions()
            .Activity<int, string>("Say", n => $"hello {n}")
            .Orchestrator("Fan", context => Task.WhenAll(Enumerable.Range(0, 20).Select(n => context.CallActivityAsync<string>("say", n))));
        await using var node = await EngineNode.StartAsync(await services.CreateDatabaseAsync(), functions);

        var end = await node.RunAsync("fan");

        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        Assert.Equal(Enumerable.Range(0, 20).Select(n => $"hello {n}"), end.ReadOutputAs<string[]>());
    }

    [Fact]
    public async Task CallActivity_ThatThrows_GivesTaskFailedExceptionWithDetails()
    {
        var functions = new TestFunctions()
            .Activity<string, string>("Throws", (string _) => throw new InvalidOperationException("boom"))
            .Orchestrator("Catches", async context =>
            {
                try
                {
                    return await context.CallActivityAsync<string>("Throws", "x");
                }
                catch (TaskFailedException failure)
                {
                    return $"{failure.TaskName}|{failure.TaskId}|{failure.Message}|{failure.FailureDetails.ErrorType}|{failure.FailureDetails.IsCausedBy<InvalidOperationException>()}";
                }
            });
        await using var node = await EngineNode.StartAsync(await services.CreateDatabaseAsync(), functions);

        var end = await node.RunAsync("Catches");

        Assert.Equal(
            "Throws|0|Task 'Throws' (#0) failed with an unhandled exception: boom|System.InvalidOperationException|True",
            end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task UnhandledException_FailsTheInstanceWithTypeAndMessage()
    {
        var functions = new TestFunctions().Orchestrator<string>("Fails", _ => throw new InvalidOperationException("boom"));
        await using var node = await EngineNode.StartAsync(await services.CreateDatabaseAsync(), functions);

        var end = await node.RunAsync("Fails");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal("System.InvalidOperationException: boom", end.SerializedOutput);
        Assert.Equal("System.InvalidOperationException", end.FailureDetails?.ErrorType);
    }

    [Fact]
    public async Task Retry_WithPolicy_CountsAttemptsAndTimersAsActions()
    {
        var calls = 0;
        var functions = new TestFunctions()
            .Activity<string, string>("Flaky", (string _) => throw new InvalidOperationException($"no {Interlocked.Increment(ref calls)}"))
            .Orchestrator("Retries", async context =>
            {
                var policy = new RetryPolicy(3, TimeSpan.FromMilliseconds(20), 2);
                try
                {
                    return await context.CallActivityAsync<string>("Flaky", "x", TaskOptions.FromRetryPolicy(policy));
                }
                catch (TaskFailedException failure)
                {
                    return $"{failure.TaskId}|{failure.FailureDetails.ErrorMessage}";
                }
            });
        await using var node = await EngineNode.StartAsync(await services.CreateDatabaseAsync(), functions);

        var end = await node.RunAsync("Retries");

        // Activity 0, timer 1, activity 2, timer 3, activity 4.
        Assert.Equal("4|no 3", end.ReadOutputAs<string>());
        Assert.Equal(3, calls);
    }

    [Fact]
    public async Task Retry_WhoseHandlerRefuses_StopsAtOnce()
    {
        var calls = 0;
        var functions = new TestFunctions()
            .Activity<string, string>("Flaky", (string _) => throw new InvalidOperationException($"no {Interlocked.Increment(ref calls)}"))
            .Orchestrator("Retries", context => context.CallActivityAsync<string>("Flaky", "x", TaskOptions.FromRetryPolicy(
                new RetryPolicy(5, TimeSpan.FromMilliseconds(1)) { HandleFailure = details => !details.ErrorMessage.StartsWith("no 2", StringComparison.Ordinal) })));
        await using var node = await EngineNode.StartAsync(await services.CreateDatabaseAsync(), functions);

        var end = await node.RunAsync("Retries");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task Timer_NeverFiresEarly_AndMovesTheClock()
    {
        var functions = new TestFunctions().Orchestrator("Waits", async context =>
        {
            var fireAt = context.CurrentUtcDateTime.AddMilliseconds(150);
            await context.CreateTimer(fireAt, CancellationToken.None);
            return context.CurrentUtcDateTime >= fireAt;
        });
        await using var node = await EngineNode.StartAsync(await services.CreateDatabaseAsync(), functions);

        var end = await node.RunAsync("Waits");

        Assert.True(end.ReadOutputAs<bool>());
        Assert.True(end.LastUpdatedAt - end.CreatedAt >= TimeSpan.FromMilliseconds(150));
    }

    [Fact]
    public async Task ExternalEvents_ThatComeBeforeTheWait_AreKeptInOrder()
    {
        var functions = new TestFunctions().Orchestrator("Listens", async context =>
        {
            await context.WaitForExternalEvent<string>("go");
            var first = await context.WaitForExternalEvent<int>("Item");
            var second = await context.WaitForExternalEvent<int>("item");
            return $"{first},{second}";
        });
        await using var node = await EngineNode.StartAsync(await services.CreateDatabaseAsync(), functions);
        var id = await node.Client.ScheduleNewOrchestrationInstanceAsync("Listens");

        await node.Client.RaiseEventAsync(id, "ITEM", 1);
        await node.Client.RaiseEventAsync(id, "item", 2);
        await node.Client.RaiseEventAsync(id, "go", "x");

        Assert.Equal("1,2", (await node.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task WaitForExternalEvent_WithTimeout_ThrowsAndTheLateEventIsLost()
    {
        var functions = new TestFunctions().Orchestrator("Listens", async context =>
        {
            try
            {
                await context.WaitForExternalEvent<string>("item", TimeSpan.FromMilliseconds(50));
                return "came";
            }
            catch (OperationCanceledException)
            {
                await context.WaitForExternalEvent<string>("again");
                var late = context.WaitForExternalEvent<string>("item");
                var other = context.WaitForExternalEvent<string>("other");
                return await Task.WhenAny(late, other) == other ? "lost" : "kept";
            }
        });
        await using var node = await EngineNode.StartAsync(await services.CreateDatabaseAsync(), functions);
        var id = await node.Client.ScheduleNewOrchestrationInstanceAsync("Listens");
        await Eventually.TrueAsync(async () => (await node.HistoryAsync(id)).Contains("TimerFired"));

        await node.Client.RaiseEventAsync(id, "item", "late");
        await node.Client.RaiseEventAsync(id, "again", "x");
        await node.Client.RaiseEventAsync(id, "other", "x");

        Assert.Equal("lost", (await node.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task AwaitOfSomethingNotDurable_FailsTheInstance()
    {
        var functions = new TestFunctions().Orchestrator("Wrong", async context =>
        {
            await default(Elsewhere);
            await context.CallActivityAsync<string>("x");
            return "never";
        });
        await using var node = await EngineNode.StartAsync(await services.CreateDatabaseAsync(), functions);

        var end = await node.RunAsync("Wrong");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.StartsWith("System.InvalidOperationException: An invalid asynchronous invocation was detected.", end.SerializedOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SubOrchestration_ReturnsItsResult_AndKnowsItsParent()
    {
        var functions = new TestFunctions()
            .Orchestrator("Child", context => Task.FromResult($"{context.Parent?.InstanceId}/{context.GetInput<int>()}"))
            .Orchestrator("Parent", context => context.CallSubOrchestratorAsync<string>("Child", 7));
        await using var node = await EngineNode.StartAsync(await services.CreateDatabaseAsync(), functions);
        var id = await node.Client.ScheduleNewOrchestrationInstanceAsync("Parent");

        Assert.Equal($"{id}/7", (await node.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task ContinueAsNew_KeepsTheIdAndUnprocessedEvents()
    {
        var functions = new TestFunctions().Orchestrator("Counts", async context =>
        {
            var count = context.GetInput<int>();
            var item = await context.WaitForExternalEvent<int>("item");
            if (count + item < 6)
            {
                context.ContinueAsNew(count + item);
                return -1;
            }

            return count + item;
        });
        await using var node = await EngineNode.StartAsync(await services.CreateDatabaseAsync(), functions);
        var id = await node.Client.ScheduleNewOrchestrationInstanceAsync("Counts", 0);

        foreach (var item in new[] { 1, 2, 3 })
        {
            await node.Client.RaiseEventAsync(id, "item", item);
        }

        Assert.Equal(6, (await node.EndOfAsync(id)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task Schedule_WithTheIdOfARunningInstance_IsRefused_AndOfAnEndedOne_StartsAnew()
    {
        var functions = new TestFunctions().Orchestrator("Listens", context => context.WaitForExternalEvent<string>("go"));
        await using var node = await EngineNode.StartAsync(await services.CreateDatabaseAsync(), functions);
        var options = new StartOrchestrationOptions("one");
        await node.Client.ScheduleNewOrchestrationInstanceAsync("Listens", options);

        await Assert.ThrowsAsync<global::DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException>(
            () => node.Client.ScheduleNewOrchestrationInstanceAsync("Listens", options));
        await node.Client.RaiseEventAsync("one", "go", "first");
        Assert.Equal("first", (await node.EndOfAsync("one")).ReadOutputAs<string>());
        await node.Client.ScheduleNewOrchestrationInstanceAsync("Listens", options);
        await node.Client.RaiseEventAsync("one", "go", "second");

        Assert.Equal("second", (await node.EndOfAsync("one")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Suspend_HoldsTheOrchestratorUntilResume_AndKeepsEvents()
    {
        var functions = new TestFunctions().Orchestrator("Listens", context => context.WaitForExternalEvent<string>("go"));
        await using var node = await EngineNode.StartAsync(await services.CreateDatabaseAsync(), functions);
        var id = await node.Client.ScheduleNewOrchestrationInstanceAsync("Listens");
        await node.Client.SuspendInstanceAsync(id, "because");
        await node.Client.RaiseEventAsync(id, "go", "kept");

        var suspended = await node.Client.GetInstanceAsync(id, getInputsAndOutputs: true);
        await node.Client.ResumeInstanceAsync(id);

        Assert.Equal(OrchestrationRuntimeStatus.Suspended, suspended!.RuntimeStatus);
        Assert.Equal("because", suspended.SerializedOutput);
        Assert.Equal("kept", (await node.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Terminate_EndsTheInstance_AndCancelsItsRunningActivity()
    {
        var canceled = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        var functions = new TestFunctions()
            .Activity<string, string>("Hangs", async (_, cancellationToken) =>
            {
                cancellationToken.Register(canceled.SetResult);
                started.SetResult();
                await canceled.Task;
                return "x";
            })
            .Orchestrator("Calls", context => context.CallActivityAsync<string>("Hangs", "x"));
        await using var node = await EngineNode.StartAsync(await services.CreateDatabaseAsync(), functions);
        var id = await node.Client.ScheduleNewOrchestrationInstanceAsync("Calls");
        await started.Task.WaitAsync(EngineNode.Patience);

        await node.Client.TerminateInstanceAsync(id, "enough");
        var end = await node.EndOfAsync(id);
        await canceled.Task.WaitAsync(EngineNode.Patience);

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, end.RuntimeStatus);
        Assert.Equal("\"enough\"", end.SerializedOutput);
    }
}
