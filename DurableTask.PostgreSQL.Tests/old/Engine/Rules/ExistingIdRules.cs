using DurableTask.Core.Exceptions;
using FunctionApp.Tests.Hosting;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace FunctionApp.Tests.EmbeddedFunctions.Engine.Rules;

/// <summary>What becomes of a start whose id is taken, by the state of the instance that has it.</summary>
[Collection(LocalServicesCollection.Name)]
public sealed class ExistingIdRules(SharedNode node) : IClassFixture<SharedNode>
{
    public static TheoryData<OrchestrationRuntimeStatus> States => new(
        OrchestrationRuntimeStatus.Pending,
        OrchestrationRuntimeStatus.Running,
        OrchestrationRuntimeStatus.Suspended,
        OrchestrationRuntimeStatus.Completed,
        OrchestrationRuntimeStatus.Failed,
        OrchestrationRuntimeStatus.Terminated);

    [Theory]
    [MemberData(nameof(States))]
    public async Task WithoutDedupeStatuses_AnEndedOneIsReplaced_AndAnyOtherIsNot(OrchestrationRuntimeStatus state)
    {
        var id = await InStateAsync(state, "plain");
        var before = (await node.Client.GetInstanceAsync(id, getInputsAndOutputs: true))!;

        if (state is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated)
        {
            await AssertReplacedAsync(id, before, new StartOrchestrationOptions(id));
        }
        else
        {
            await AssertRefusedAsync(id, before, new StartOrchestrationOptions(id));
        }
    }

    [Theory]
    [MemberData(nameof(States))]
    public async Task WithItsStatusAmongTheDedupeStatuses_ItIsNotReplaced(OrchestrationRuntimeStatus state)
    {
        var id = await InStateAsync(state, "named");
        var before = (await node.Client.GetInstanceAsync(id, getInputsAndOutputs: true))!;

        await AssertRefusedAsync(id, before, new StartOrchestrationOptions(id) { DedupeStatuses = [state.ToString().ToLowerInvariant()] });
    }

    [Theory]
    [MemberData(nameof(States))]
    public async Task WithoutItsStatusAmongTheDedupeStatuses_ItIsReplaced(OrchestrationRuntimeStatus state)
    {
        var id = await InStateAsync(state, "open");
        var before = (await node.Client.GetInstanceAsync(id, getInputsAndOutputs: true))!;

        await AssertReplacedAsync(id, before, new StartOrchestrationOptions(id) { DedupeStatuses = [] });
    }

    [Fact]
    public async Task DedupeStatus_ThatIsNone_IsRefused_AndNothingIsStarted()
    {
        node.Functions.Orchestrator("Existing", _ => Task.FromResult("end"));

        await Assert.ThrowsAsync<ArgumentException>(() => node.Client.ScheduleNewOrchestrationInstanceAsync(
            "Existing", new StartOrchestrationOptions("existing-nonsense") { DedupeStatuses = ["Completed", "Nonsense"] }));

        Assert.Null(await node.Client.GetInstanceAsync("existing-nonsense"));
    }

    private async Task AssertReplacedAsync(string id, OrchestrationMetadata before, StartOrchestrationOptions options)
    {
        await node.Client.ScheduleNewOrchestrationInstanceAsync("Existing", "end", options);
        var end = await node.Node.EndOfAsync(id);

        Assert.Equal("end", end.ReadOutputAs<string>());
        Assert.Null(end.FailureDetails);
        Assert.Equal("null", end.SerializedCustomStatus);
        Assert.True(end.CreatedAt > before.CreatedAt);
        Assert.Equal(["Completed"], await node.Node.HistoryAsync(id));
    }

    private async Task AssertRefusedAsync(string id, OrchestrationMetadata before, StartOrchestrationOptions options)
    {
        var history = await node.Node.HistoryAsync(id);
        var refused = await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(
            () => node.Client.ScheduleNewOrchestrationInstanceAsync("Existing", "end", options));

        Assert.Equal($"An Orchestration instance with the ID {id} already exists.", refused.Message);
        var after = (await node.Client.GetInstanceAsync(id, getInputsAndOutputs: true))!;
        Assert.Equal(
            (before.RuntimeStatus, before.CreatedAt, before.SerializedInput, before.SerializedOutput),
            (after.RuntimeStatus, after.CreatedAt, after.SerializedInput, after.SerializedOutput));
        Assert.Equal(history, await node.Node.HistoryAsync(id));
    }

    private async Task<string> InStateAsync(OrchestrationRuntimeStatus state, string test)
    {
        node.Functions.Orchestrator("Existing", async context =>
        {
            var input = context.GetInput<string>();
            if (input == "fail")
            {
                throw new InvalidOperationException("no");
            }

            if (input == "wait")
            {
                context.SetCustomStatus("waits");
                await context.WaitForExternalEvent<string>("go");
            }

            return input;
        });
        var id = $"existing-{test}-{state}";
        var isLater = state is OrchestrationRuntimeStatus.Pending;
        var input = state switch
        {
            OrchestrationRuntimeStatus.Completed => "end",
            OrchestrationRuntimeStatus.Failed => "fail",
            _ => "wait",
        };
        await node.Client.ScheduleNewOrchestrationInstanceAsync(
            "Existing", input, new StartOrchestrationOptions(id, isLater ? TimeProvider.System.GetUtcNow().AddHours(1) : null));
        if (isLater)
        {
            return id;
        }

        await node.Client.WaitForInstanceStartAsync(id, EngineNode.Patience);
        await (state switch
        {
            OrchestrationRuntimeStatus.Suspended => node.Client.SuspendInstanceAsync(id, "hold"),
            OrchestrationRuntimeStatus.Terminated => node.Client.TerminateInstanceAsync(id),
            _ => Task.CompletedTask,
        });
        await Eventually.TrueAsync(async () => (await node.Client.GetInstanceAsync(id))!.RuntimeStatus == state);
        return id;
    }
}
