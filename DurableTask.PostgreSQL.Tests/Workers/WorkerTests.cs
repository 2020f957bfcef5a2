using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace DurableTask.PostgreSQL.Tests.Workers;

/// <summary>Orchestrators and activities as an application registers them.</summary>
public sealed class WorkerTests
{
    [Fact]
    public async Task OrchestratorWhoseConstructionFails_FailsItsInstance()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(tasks => tasks.AddOrchestrator("Broken", () => throw new NotSupportedException("cannot be made")));

        var end = await node.RunAsync("Broken");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal("cannot be made", end.FailureDetails!.ErrorMessage);
    }

    [Fact]
    public async Task Orchestrator_KnowsItsNameIdVersionAndParent()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(tasks =>
        {
            tasks.AddOrchestratorFunc<string>("Child", context =>
                $"{context.Name} {context.InstanceId} {context.Version} of {context.Parent?.Name} {context.Parent?.InstanceId}");
            tasks.AddOrchestratorFunc<string>("Parent", async context => $"{context.Parent is null} " + await context.CallSubOrchestratorAsync<string>(
                "Child", new SubOrchestrationOptions { InstanceId = "c", Version = new TaskVersion("3") }));
        });

        Assert.Equal("True Child c 3 of Parent p", await node.OutputOfAsync<string>(await node.ScheduleAsync("Parent", id: "p")));
    }

    [Fact]
    public async Task Activity_KnowsItsNameAndItsOrchestration()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(tasks =>
        {
            tasks.AddActivityFunc<string>("Tell", context => $"{context.Name} of {context.InstanceId}");
            tasks.AddOrchestratorFunc<string>("Asks", context => context.CallActivityAsync<string>("tELL"));
        });

        Assert.Equal("tELL of i", await node.OutputOfAsync<string>(await node.ScheduleAsync("Asks", id: "i")));
    }

    [Fact]
    public async Task MissingActivity_FailsTheCall_WhichTheCodeMayCatch_AndIsNamed()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(tasks => tasks.AddOrchestratorFunc<string>("Calls", async context =>
        {
            try
            {
                return await context.CallActivityAsync<string>("Nobody");
            }
            catch (TaskFailedException exception)
            {
                return exception.FailureDetails.ErrorMessage;
            }
        }));

        Assert.Contains("'Nobody'", await node.OutputOfAsync<string>(await node.ScheduleAsync("Calls")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task MissingSubOrchestrator_FailsTheCall_WhichTheCodeMayCatch_AndIsNamed()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(tasks => tasks.AddOrchestratorFunc<string>("Calls", async context =>
        {
            try
            {
                return await context.CallSubOrchestratorAsync<string>("Nobody");
            }
            catch (TaskFailedException exception)
            {
                return exception.FailureDetails.ErrorMessage;
            }
        }));

        Assert.Contains("'Nobody'", await node.OutputOfAsync<string>(await node.ScheduleAsync("Calls")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("delay")]
    [InlineData("delay after a step")]
    [InlineData("delay in a helper")]
    [InlineData("other thread")]
    public async Task AwaitOfSomethingNotDurable_FailsTheInstance(string what)
    {
        await using var hub = await TestHub.CreateAsync();
        var isOver = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var node = await hub.StartNodeAsync(tasks =>
        {
            CommonTasks.Add(tasks);
            tasks.AddActivityFunc<string?, string?>("Step", (_, x) => x);
            tasks.AddOrchestratorFunc<string, string>("Illegal", async (context, kind) =>
            {
                if (kind is "delay after a step")
                {
                    await context.CallActivityAsync("Step");
                }

                switch (kind)
                {
                    case "other thread": await Task.Run(() => { }); break;
                    case "delay in a helper": await DelayAsync().ConfigureAwait(false); break;
                    default: await Task.Delay(20); break;
                }

                await context.CallActivityAsync("Step");
                isOver.TrySetResult();
                return "not noticed";
            });
        });

        var end = await node.RunAsync("Illegal", what);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal(typeof(InvalidOperationException).FullName, end.FailureDetails!.ErrorType);
        Assert.Contains("invalid asynchronous invocation", end.FailureDetails.ErrorMessage, StringComparison.Ordinal);
        Assert.False(isOver.Task.IsCompleted);
        Assert.Equal("x", await node.OutputOfAsync<string>(await node.ScheduleAsync("Echo", "x")));

        static async Task DelayAsync() => await Task.Delay(20);
    }

    [Fact]
    public async Task TasksAwaitedTogether_AreDurable()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(tasks =>
        {
            tasks.AddActivityFunc<int, int>("Double", (_, n) => 2 * n);
            tasks.AddOrchestratorFunc<int>("Together", async context =>
            {
                var all = await Task.WhenAll(Enumerable.Range(1, 5).Select(n => HelpAsync(context, n)));
                var any = await await Task.WhenAny(HelpAsync(context, 10), context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None).ContinueWith(_ => 0, TaskScheduler.Current));
                await Task.CompletedTask;
                return all.Sum() + any;
            });
        });
        var id = await node.ScheduleAsync("Together");

        // The timer holds the instance; the code itself is through.
        await Eventually.TrueAsync(async () => (await node.HistoryAsync(id)).Count(e => e is "TaskCompleted") == 6);
        Assert.True((await node.FindAsync(id)).IsRunning);

        static async Task<int> HelpAsync(TaskOrchestrationContext context, int n) => await context.CallActivityAsync<int>("Double", n);
    }

    [Fact]
    public async Task OrchestratorThatChangedItsSteps_FailsAsNotDeterministic()
    {
        await using var hub = await TestHub.CreateAsync();
        var before = await hub.StartNodeAsync(Tasks("Old"));
        var id = await before.ScheduleAsync("Changes");
        await Eventually.TrueAsync(async () => (await before.HistoryAsync(id)).Contains("TaskCompleted"));
        await before.StopAsync();

        var after = await hub.StartNodeAsync(Tasks("New"));
        await after.Client.RaiseEventAsync(id, "go");
        var end = await after.EndOfAsync(id);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains("Non-Deterministic", end.FailureDetails!.ErrorMessage, StringComparison.OrdinalIgnoreCase);

        static Action<DurableTaskRegistry> Tasks(string step) => tasks =>
        {
            tasks.AddActivityFunc<string?, string>(step, (_, _) => step);
            tasks.AddOrchestratorFunc("Changes", async context =>
            {
                await context.CallActivityAsync(step);
                await context.WaitForExternalEvent<string?>("go");
            });
        };
    }

    [Fact]
    public async Task OrdinaryWork_LogsNoWarning()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(ProcessTasks.Add);

        await node.EndOfAsync(await node.ScheduleAsync("SumOfSums", 5));
        await node.StopAsync();

        Assert.Empty(node.Logs.OwnOf(LogLevel.Warning));
        Assert.Single(node.Logs.OwnOf(LogLevel.Information), e => e.Message.Contains("joined task hub", StringComparison.Ordinal));
        Assert.Single(node.Logs.OwnOf(LogLevel.Information), e => e.Message.Contains("left", StringComparison.Ordinal));
    }
}
