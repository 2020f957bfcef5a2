using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.DurableTask.Client;

namespace DurableTask.PostgreSQL.Tests.Client;

/// <summary>Waiting for instances and reading them.</summary>
public abstract class WaitTests(bool isOfNode) : ClientTest(isOfNode)
{
    [Fact]
    public async Task WaitForTheStart_EndsWhileTheInstanceRuns()
    {
        var id = await Client.ScheduleNewOrchestrationInstanceAsync("Waits");

        var started = await Client.WaitForInstanceStartAsync(id);

        Assert.Equal(OrchestrationRuntimeStatus.Running, started.RuntimeStatus);
        Assert.True(started.IsRunning);
    }

    [Fact]
    public async Task WaitForTheEnd_EndsForEachOfManyWaiters()
    {
        var id = await StartWaitingAsync();
        var waits = Enumerable.Range(0, 10).Select(_ => Caller.EndOfAsync(id)).ToList();

        await Client.RaiseEventAsync(id, "go", "all of you");

        Assert.All(await Task.WhenAll(waits), end => Assert.Equal("all of you", end.ReadOutputAs<string>()));
    }

    [Fact]
    public async Task WaitForTheEnd_OfAnInstanceThatIsNotThereYet_LastsUntilItIs()
    {
        var wait = Caller.EndOfAsync("later");

        await Node.ScheduleAsync("Echo", "here", id: "later");

        Assert.Equal("here", (await wait).ReadOutputAs<string>());
    }

    [Fact]
    public async Task WaitForAnUnknownInstance_EndsWithItsToken_AndNamesTheCall()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        var start = await Assert.ThrowsAsync<OperationCanceledException>(() => Client.WaitForInstanceStartAsync("nobody", limit.Token));
        var end = await Assert.ThrowsAsync<OperationCanceledException>(() => Client.WaitForInstanceCompletionAsync("nobody", limit.Token));

        Assert.Contains("WaitForInstanceStart", start.Message, StringComparison.Ordinal);
        Assert.Contains("WaitForInstanceCompletion", end.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadWithoutInputsAndOutputs_HasNone()
    {
        var id = await Node.ScheduleAsync("Fails", "boom");
        await Node.EndOfAsync(id);

        var brief = (await Client.GetInstanceAsync(id))!;
        var whole = (await Client.GetInstanceAsync(id, getInputsAndOutputs: true))!;

        Assert.Null(brief.SerializedInput);
        Assert.Null(brief.SerializedOutput);
        Assert.Null(brief.FailureDetails);
        Assert.Throws<InvalidOperationException>(() => brief.ReadInputAs<string>());
        Assert.Equal("boom", whole.ReadInputAs<string>());
        Assert.Equal("boom", whole.FailureDetails!.ErrorMessage);
        Assert.Equal(typeof(InvalidOperationException).FullName, whole.FailureDetails.ErrorType);
    }

    [Fact]
    public async Task UnknownInstance_IsNull() => Assert.Null(await Client.GetInstanceAsync("nobody"));

    [Fact]
    public async Task State_OfTheFrameworksClient_EqualsThatOfDurableTaskClient()
    {
        var id = await Node.ScheduleAsync("Echo", "x");
        await Node.EndOfAsync(id);

        var state = await Caller.Service.GetOrchestrationStateAsync(id, executionId: null!);
        var ended = await Caller.Service.WaitForOrchestrationAsync(id, null!, Eventually.Limit, CancellationToken.None);

        Assert.Equal("\"x\"", state.Output);
        Assert.Equal(state.OrchestrationInstance.ExecutionId, ended.OrchestrationInstance.ExecutionId);
        Assert.NotEqual(default, ended.CompletedTime);
        Assert.Empty(await Caller.Service.GetOrchestrationStateAsync("nobody", allExecutions: true));
    }

    [Fact]
    public async Task WaitOfTheFrameworksClient_ThatTakesTooLong_GivesNull()
    {
        var id = await StartWaitingAsync();

        Assert.Null(await Caller.Service.WaitForOrchestrationAsync(id, null!, TimeSpan.FromMilliseconds(50), CancellationToken.None));
    }

    public sealed class OfANode() : WaitTests(isOfNode: true);

    public sealed class OfAnotherProcess() : WaitTests(isOfNode: false);
}
