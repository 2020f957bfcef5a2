using FunctionApp.Tests.Hosting;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace FunctionApp.Tests.EmbeddedFunctions.Engine.Rules;

[Collection(LocalServicesCollection.Name)]
public sealed class FailureRules(SharedNode node) : IClassFixture<SharedNode>
{
    [Theory]
    [InlineData("")]
    [InlineData("line one\nline two: x")]
    [InlineData("(first) (second)")]
    public async Task ErrorMessage_IsTheExceptionsMessage_Unchanged(string message)
    {
        node.Functions.Activity<string, string>("Message", string (s) => throw new InvalidOperationException(s));

        var end = await node.RunAsync(
            async context => (await Assert.ThrowsAsync<TaskFailedException>(
                () => context.CallActivityAsync<string>("Message", context.GetInput<string>()))).FailureDetails.ErrorMessage,
            message);

        Assert.Equal(message, end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task ErrorMessage_OfSeveralExceptions_IsTheirWholeMessage()
    {
        var text = new string('x', 20_000);
        node.Functions.Activity<string, string>("Messages", string (_) => throw new AggregateException(
            new InvalidOperationException("first"), new ArgumentException(text, "x")));

        var end = await node.RunAsync(async context =>
        {
            var failure = await Assert.ThrowsAsync<TaskFailedException>(() => context.CallActivityAsync("Messages", "x"));
            return $"{failure.FailureDetails.ErrorMessage}|{failure.InnerException is null}|{failure.FailureDetails.InnerFailure!.ErrorMessage}";
        });

        Assert.Equal($"One or more errors occurred. (first) ({text} (Parameter 'x'))|True|first", end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task Cancellation_ThatTheOrchestratorThrows_KeepsItsTypeAndMessage()
    {
        var thrown = await node.RunAsync<string>(
            async context =>
            {
                await context.CreateTimer(TimeSpan.Zero, CancellationToken.None);
                throw new OperationCanceledException("given up");
            },
            name: "ThrowsCancellation");
        var timedOut = await node.RunAsync(context => context.WaitForExternalEvent<string>("never", TimeSpan.Zero), name: "TimesOut");

        Assert.Equal("System.OperationCanceledException: given up", thrown.SerializedOutput);
        Assert.Equal("System.Threading.Tasks.TaskCanceledException: A task was canceled.", timedOut.SerializedOutput);
    }

    [Fact]
    public async Task Failure_OfAChildKilledByItsActivity_CarriesTheWholeChain()
    {
        node.Functions
            .Activity<string, string>("Chain-boom", string (_) => throw new ArgumentException("boom", new FormatException("deep")))
            .Orchestrator("Chain-child", context => context.CallActivityAsync<string>("Chain-boom", "x"));

        var end = await node.RunAsync(async context =>
        {
            var failure = await Assert.ThrowsAsync<TaskFailedException>(() => context.CallSubOrchestratorAsync<string>("Chain-child"));
            var details = failure.FailureDetails;
            return string.Join(
                '|',
                failure.Message,
                details.ErrorType,
                details.IsCausedBy<TaskFailedException>(),
                details.InnerFailure!.ErrorType,
                details.InnerFailure.IsCausedBy<ArgumentException>(),
                details.InnerFailure.InnerFailure!.ErrorMessage);
        });

        Assert.Equal(
            "Task 'Chain-child' (#0) failed with an unhandled exception: Task 'Chain-boom' (#0) failed with an unhandled exception: boom"
            + "|Microsoft.DurableTask.TaskFailedException|True|System.ArgumentException|True|deep",
            end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task ResultOfAnotherType_IsAJsonExceptionThatTheCodeMayCatch()
    {
        node.Functions.Activity<string, string>("WrongResult", _ => "text");

        var end = await node.RunAsync(async context =>
        {
            try
            {
                return (await context.CallActivityAsync<int>("WrongResult", "x")).ToString(System.Globalization.CultureInfo.InvariantCulture);
            }
            catch (System.Text.Json.JsonException)
            {
                return "caught";
            }
        });

        Assert.Equal("caught", end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task InputOfAnotherType_FailsThatInstanceAlone_NamingTheType()
    {
        var end = await node.RunAsync(context => Task.FromResult(context.GetInput<int>()), "text");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal("System.Text.Json.JsonException", end.FailureDetails!.ErrorType);
        Assert.Contains("System.Int32", end.FailureDetails.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EventOfAnotherType_FailsTheInstance_WhateverTheCodeCatches()
    {
        var id = await node.StartAsync(async context =>
        {
            try
            {
                await context.WaitForExternalEvent<int>("number");
            }
            catch (Exception)
            {
                context.SetCustomStatus("caught");
            }

            return "went on";
        });

        await node.Client.RaiseEventAsync(id, "number", "not a number");
        var end = await node.Node.EndOfAsync(id);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.StartsWith(
            "{\"message\":\"Function \\u0027EventOfAnotherType_FailsTheInstance_WhateverTheCodeCatches\\u0027 failed with an unhandled exception.\",\"details\":",
            end.SerializedOutput,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task SubOrchestratorOfAnUnknownName_FailsTheCall()
    {
        var end = await node.RunAsync(async context =>
            (await Assert.ThrowsAsync<TaskFailedException>(() => context.CallSubOrchestratorAsync<string>("Nobody"))).FailureDetails.ErrorMessage);

        Assert.Equal("The function 'Nobody' doesn't exist, is disabled, or is not an orchestrator function.", end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task OutputOverTheLimit_FailsTheInstance_WithItsSize()
    {
        var end = await node.RunAsync(_ => Task.FromResult(new string('x', 5 * 1024 * 1024)));

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains("5242882 bytes", end.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
    }
}
