using FunctionApp.Tests.Hosting;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace FunctionApp.Tests.EmbeddedFunctions.Engine.Rules;

/// <summary>An instance that is to start later does nothing before.</summary>
[Collection(LocalServicesCollection.Name)]
public sealed class ScheduledStartRules(SharedNode node) : IClassFixture<SharedNode>
{
    [Fact]
    public async Task Event_IsKeptForIt_AndDoesNotStartIt()
    {
        node.Functions.Orchestrator("Kept", async context =>
        {
            var began = context.CurrentUtcDateTime;
            return (began, await context.WaitForExternalEvent<string>("go")) is var (at, go) ? $"{at:O} {go}" : string.Empty;
        });
        var startAt = TimeProvider.System.GetUtcNow().AddSeconds(1.5);
        var id = await node.Client.ScheduleNewOrchestrationInstanceAsync("Kept", new StartOrchestrationOptions(StartAt: startAt));

        await node.Client.RaiseEventAsync(id, "go", "early");
        await SendFromAnotherAsync(id);

        var output = (await node.Node.EndOfAsync(id)).ReadOutputAs<string>()!.Split(' ');
        Assert.Equal("early", output[1]);
        Assert.True(DateTime.Parse(output[0], null, System.Globalization.DateTimeStyles.RoundtripKind) >= startAt.UtcDateTime.AddTicks(-10));
    }

    [Fact]
    public async Task Termination_EndsItUnrun()
    {
        var ran = false;
        node.Functions.Orchestrator("Unrun", context =>
        {
            ran = true;
            return context.WaitForExternalEvent<string>("go");
        });
        var id = await node.Client.ScheduleNewOrchestrationInstanceAsync(
            "Unrun", new StartOrchestrationOptions(StartAt: TimeProvider.System.GetUtcNow().AddHours(1)));

        await node.Client.TerminateInstanceAsync(id, "not today");
        var end = await node.Node.EndOfAsync(id);

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, end.RuntimeStatus);
        Assert.Equal("\"not today\"", end.SerializedOutput);
        Assert.Equal(["Terminated"], await node.Node.HistoryAsync(id));
        Assert.False(ran);
        await Assert.ThrowsAsync<InvalidOperationException>(() => node.Client.TerminateInstanceAsync(id));
    }

    [Fact]
    public async Task Purge_DeletesIt()
    {
        node.Functions.Orchestrator("Purged", context => context.WaitForExternalEvent<string>("go"));
        var id = await node.Client.ScheduleNewOrchestrationInstanceAsync(
            "Purged", new StartOrchestrationOptions(StartAt: TimeProvider.System.GetUtcNow().AddHours(1)));

        Assert.Equal(1, (await node.Client.PurgeInstanceAsync(id)).PurgedInstanceCount);
        Assert.Null(await node.Client.GetInstanceAsync(id));
    }

    private Task<OrchestrationMetadata> SendFromAnotherAsync(string id) => node.RunAsync(
        context =>
        {
            context.SendEvent(id, "other", "x");
            return Task.FromResult("sent");
        },
        name: "SendsToScheduled");
}
