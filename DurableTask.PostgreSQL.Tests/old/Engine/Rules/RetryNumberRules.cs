using System.Globalization;
using System.Text.Json;
using EmbeddedFunctions.Engine.Storage;
using FunctionApp.Tests.Hosting;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace FunctionApp.Tests.EmbeddedFunctions.Engine.Rules;

/// <summary>What attempts leave behind: the numbers of later actions, the history, and what is thrown.</summary>
[Collection(LocalServicesCollection.Name)]
public sealed class RetryNumberRules(LocalServicesFixture services, SharedNode node) : IClassFixture<SharedNode>
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(1);

    [Theory]
    [InlineData("no retry", 1, "0 1")]
    [InlineData("one attempt", 1, "0 2")]
    [InlineData("three attempts", 3, "4 6")]
    [InlineData("refused", 1, "0 1")]
    [InlineData("refused later", 2, "2 3")]
    [InlineData("throws", 1, "0 1")]
    [InlineData("handler", 3, "2 3")]
    [InlineData("child", 2, "2 4")]
    [InlineData("over in time", 2, "2 3")]
    public async Task ActionAfterTheLastAttempt_HasTheOfficialNumber(string how, int calls, string numbers)
    {
        var attempts = 0;
        node.Functions
            .Activity<string, string>("Numbered", string (_) => throw new InvalidOperationException($"{++attempts}"))
            .Orchestrator("Numbered-child", Task<string> (_) => throw new InvalidOperationException($"{++attempts}"))
            .Activity<string, string>("Numbered-next", string (_) => throw new InvalidOperationException("next"));
        var options = how switch
        {
            "no retry" => new TaskOptions(),
            "one attempt" => TaskOptions.FromRetryPolicy(new RetryPolicy(1, Soon)),
            "three attempts" => TaskOptions.FromRetryPolicy(new RetryPolicy(3, Soon)),
            "child" => TaskOptions.FromRetryPolicy(new RetryPolicy(2, Soon)),
            "refused" => TaskOptions.FromRetryPolicy(new RetryPolicy(3, Soon) { HandleFailure = _ => false }),
            "refused later" => TaskOptions.FromRetryPolicy(new RetryPolicy(3, Soon) { HandleFailure = failure => failure.ErrorMessage != "2" }),
            "throws" => TaskOptions.FromRetryPolicy(new RetryPolicy(3, Soon) { HandleFailure = _ => throw new NotSupportedException("not the failure") }),
            "handler" => TaskOptions.FromRetryHandler(retry => retry.LastAttemptNumber < 3),
            _ => TaskOptions.FromRetryPolicy(new RetryPolicy(5, TimeSpan.FromMilliseconds(50), retryTimeout: TimeSpan.FromMilliseconds(50))),
        };

        var end = await node.RunAsync(async context =>
        {
            var last = await Assert.ThrowsAsync<TaskFailedException>(() => how == "child"
                ? context.CallSubOrchestratorAsync<string>("Numbered-child", options)
                : context.CallActivityAsync<string>("Numbered", "x", options));
            Assert.Equal(attempts.ToString(CultureInfo.InvariantCulture), last.FailureDetails.ErrorMessage);
            var next = await Assert.ThrowsAsync<TaskFailedException>(() => context.CallActivityAsync("Numbered-next", "x"));
            return $"{last.TaskId} {next.TaskId}";
        });

        Assert.Equal(numbers, end.ReadOutputAs<string>());
        Assert.Equal(calls, attempts);
    }

    [Theory]
    [InlineData("policy", 3, 0)]
    [InlineData("policy of a child", 3, 0)]
    [InlineData("policy that asks", 1, 0)]
    [InlineData("handler", 1, 0)]
    public async Task ResultOfAnotherType_IsRetriedUnderAPlainPolicyAlone_AndThrownAsItIs(string how, int calls, int questions)
    {
        var (attempts, asked) = (0, 0);
        node.Functions
            .Activity<string, string>("Unreadable", s => $"{++attempts} {s}")
            .Orchestrator("Unreadable-child", _ => Task.FromResult($"text {++attempts}"));
        bool Ask()
        {
            asked++;
            return true;
        }

        var options = how switch
        {
            "handler" => TaskOptions.FromRetryHandler(_ => Ask()),
            "policy that asks" => TaskOptions.FromRetryPolicy(new RetryPolicy(3, Soon) { HandleFailure = _ => Ask() }),
            _ => TaskOptions.FromRetryPolicy(new RetryPolicy(3, Soon)),
        };

        var end = await node.RunAsync(async context =>
        {
            await Assert.ThrowsAsync<JsonException>(() => how == "policy of a child"
                ? context.CallSubOrchestratorAsync<int>("Unreadable-child", options)
                : context.CallActivityAsync<int>("Unreadable", "x", options));
            return "caught";
        });

        Assert.Equal("caught", end.ReadOutputAs<string>());
        Assert.Equal((calls, questions), (attempts, asked));
    }

    [Fact]
    public async Task HistoryOfABuildThatSetNoLastTimer_GoesOnWithItsOwnNumbers()
    {
        var database = await services.CreateDatabaseAsync();
        TestFunctions Functions(TaskOptions options) => new TestFunctions()
            .Activity<string, string>("Fails", string (_) => throw new InvalidOperationException("no"))
            .Orchestrator("Earlier", async context =>
            {
                await Assert.ThrowsAsync<TaskFailedException>(() => context.CallActivityAsync("Fails", "x", options));
                var second = await Assert.ThrowsAsync<TaskFailedException>(() => context.CallActivityAsync("Fails", "y"));
                await context.WaitForExternalEvent<string>("go");
                return second.TaskId;
            });
        string id;
        await using (var earlier = await EngineNode.StartAsync(database, Functions(new TaskOptions())))
        {
            id = await earlier.Client.ScheduleNewOrchestrationInstanceAsync("Earlier");
            await Eventually.TrueAsync(async () => (await earlier.HistoryAsync(id)).Count(t => t == "TaskFailed") == 2);
        }

        await using var later = await EngineNode.StartAsync(database, Functions(TaskOptions.FromRetryPolicy(new RetryPolicy(1, Soon))));
        await later.Client.RaiseEventAsync(id, "go", "x");

        Assert.Equal(1, (await later.EndOfAsync(id)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task ExhaustedPolicy_ReplaysWithItsLastTimer()
    {
        var database = await services.CreateDatabaseAsync();
        TestFunctions Functions() => new TestFunctions()
            .Activity<string, string>("Fails", string (_) => throw new InvalidOperationException("no"))
            .Orchestrator("Exhausted", async context =>
            {
                await Assert.ThrowsAsync<TaskFailedException>(
                    () => context.CallActivityAsync("Fails", "x", TaskOptions.FromRetryPolicy(new RetryPolicy(2, Soon))));
                await context.WaitForExternalEvent<string>("go");
                return (await Assert.ThrowsAsync<TaskFailedException>(() => context.CallActivityAsync("Fails", "x"))).TaskId;
            });
        string id;
        await using (var first = await EngineNode.StartAsync(database, Functions()))
        {
            id = await first.Client.ScheduleNewOrchestrationInstanceAsync("Exhausted");
            await Eventually.TrueAsync(async () => (await first.HistoryAsync(id)).Count(t => t == "TimerFired") == 2);
        }

        await using var second = await EngineNode.StartAsync(database, Functions());
        await second.Client.RaiseEventAsync(id, "go", "x");

        Assert.Equal(4, (await second.EndOfAsync(id)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task RewindOfAnExhaustedPolicy_RunsTheLastAttemptAlone_AndNotWhatCompletedAfterIt()
    {
        var (broken, good) = (true, 0);
        var release = new TaskCompletionSource();
        node.Functions
            .Activity<string, string>("Exhausts", s => broken ? throw new InvalidOperationException("no") : s)
            .Activity<string, string>("Completes", async (s, _) =>
            {
                await release.Task;
                good++;
                return s;
            })
            .Activity<string, string>("Follows", s => s);
        var id = await node.StartAsync(async context =>
        {
            var both = await Task.WhenAll(
                context.CallActivityAsync<string>("Exhausts", "a", TaskOptions.FromRetryPolicy(new RetryPolicy(2, Soon))),
                context.CallActivityAsync<string>("Completes", "b"));
            return string.Concat(both) + await context.CallActivityAsync<string>("Follows", "c");
        });
        await Eventually.TrueAsync(async () => (await node.Node.HistoryAsync(id)).Count(type => type == nameof(HistoryEventType.TimerFired)) == 2);
        release.SetResult();
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await node.Node.EndOfAsync(id)).RuntimeStatus);
        broken = false;

        await node.Client.RewindInstanceAsync(id, "mended");

        Assert.Equal("abc", (await node.Node.EndOfAsync(id)).ReadOutputAs<string>());
        Assert.Equal(1, good);
    }
}
