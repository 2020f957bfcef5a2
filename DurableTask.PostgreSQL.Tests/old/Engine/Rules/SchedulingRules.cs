using FunctionApp.Tests.Hosting;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace FunctionApp.Tests.EmbeddedFunctions.Engine.Rules;

[Collection(LocalServicesCollection.Name)]
public sealed class SchedulingRules(SharedNode node) : IClassFixture<SharedNode>
{
    [Fact]
    public async Task WhenAny_GivesTheTaskThatEndedFirst_AndTheLateResultIsThereLater()
    {
        var slow = new TaskCompletionSource<string>();
        node.Functions
            .Activity<string, string>("WhenAny-slow", (_, _) => slow.Task)
            .Activity<string, string>("WhenAny-fast", s => s);
        var id = await node.StartAsync(async context =>
        {
            var late = context.CallActivityAsync<string>("WhenAny-slow", "x");
            var early = context.CallActivityAsync<string>("WhenAny-fast", "fast");
            var first = await Task.WhenAny(late, early);
            context.SetCustomStatus(await first);
            return $"{first == early} {await late}";
        });
        await Eventually.TrueAsync(async () =>
            (await node.Client.GetInstanceAsync(id, getInputsAndOutputs: true))!.SerializedCustomStatus == "\"fast\"");

        slow.SetResult("slow");

        Assert.Equal("True slow", (await node.Node.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task WhenAll_WithTwoFailures_ThrowsTheFirstByOrderOfTheTasks()
    {
        node.Functions.Activity<string, string>("WhenAll-fails", string (s) => throw new InvalidOperationException(s));

        var end = await node.RunAsync(async context =>
        {
            var whole = Task.WhenAll(
                context.CallActivityAsync<string>("WhenAll-fails", "one"),
                context.CallActivityAsync<string>("WhenAll-fails", "two"));
            try
            {
                await whole;
                return "no failure";
            }
            catch (TaskFailedException failure)
            {
                return $"{failure.FailureDetails.ErrorMessage} of {whole.Exception!.InnerExceptions.Count}";
            }
        });

        Assert.Equal("one of 2", end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task Return_WithAnActivityOutstanding_StaysRunningUntilItHasEnded()
    {
        var release = new TaskCompletionSource<string>();
        node.Functions.Activity<string, string>("Outstanding", (_, _) => release.Task);
        var id = await node.StartAsync(context =>
        {
            _ = context.CallActivityAsync<string>("Outstanding", "x");
            context.SetCustomStatus("returned");
            return Task.FromResult("done");
        });
        await Eventually.TrueAsync(async () =>
            (await node.Client.GetInstanceAsync(id, getInputsAndOutputs: true))!.SerializedCustomStatus == "\"returned\"");
        var before = await node.Client.GetInstanceAsync(id, getInputsAndOutputs: true);

        release.SetResult("x");
        var end = await node.Node.EndOfAsync(id);

        Assert.Equal(OrchestrationRuntimeStatus.Running, before!.RuntimeStatus);
        Assert.Null(before.SerializedOutput);
        Assert.Equal("done", end.ReadOutputAs<string>());
        Assert.Equal("TaskCompleted", (await node.Node.HistoryAsync(id))[^2]);
    }

    [Fact]
    public async Task Return_WithATimerOutstanding_StaysRunningUntilItHasFired()
    {
        var id = await node.StartAsync(context =>
        {
            _ = context.CreateTimer(TimeSpan.FromMilliseconds(300), CancellationToken.None);
            return Task.FromResult(context.CurrentUtcDateTime);
        });

        var end = await node.Node.EndOfAsync(id);

        Assert.Equal("TimerFired", (await node.Node.HistoryAsync(id))[^2]);
        Assert.True(end.LastUpdatedAt.UtcDateTime >= end.ReadOutputAs<DateTime>().AddMilliseconds(300));
    }

    [Fact]
    public async Task TaskIds_CountActivitiesTimersAndChildren_FromZeroInOrder()
    {
        node.Functions
            .Activity<string, string>("TaskIds-ok", s => s)
            .Orchestrator("TaskIds-child", _ => Task.FromResult("x"))
            .Activity<string, string>("TaskIds-bad", string (_) => throw new InvalidOperationException("bad"));

        var end = await node.RunAsync(async context =>
        {
            await context.CallActivityAsync<string>("TaskIds-ok", "x");
            await context.CreateTimer(TimeSpan.FromMilliseconds(1), CancellationToken.None);
            await context.CallSubOrchestratorAsync<string>("TaskIds-child");
            var failure = await Assert.ThrowsAsync<TaskFailedException>(() => context.CallActivityAsync<string>("TaskIds-bad", "x"));
            return failure.TaskId;
        });

        Assert.Equal(3, end.ReadOutputAs<int>());
    }

    [Fact]
    public async Task Names_MatchWithoutRegardToCase_AndTheInstanceKeepsTheCallersSpelling()
    {
        node.Functions.Orchestrator("MixedCase", context => Task.FromResult(context.Name.Name));

        var id = await node.Client.ScheduleNewOrchestrationInstanceAsync("mIXEDcASE");
        var end = await node.Node.EndOfAsync(id);

        Assert.Equal("mIXEDcASE", end.Name);
        Assert.Equal("mIXEDcASE", end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task ActivityOfAnUnknownName_FailsTheCall_WhichTheCodeMayCatch()
    {
        var end = await node.RunAsync(async context =>
        {
            try
            {
                return await context.CallActivityAsync<string>("Nobody-has-this", "x");
            }
            catch (TaskFailedException failure)
            {
                return $"{failure.TaskName} {failure.TaskId}";
            }
        });

        Assert.Equal("Nobody-has-this 0", end.ReadOutputAs<string>());
    }
}
