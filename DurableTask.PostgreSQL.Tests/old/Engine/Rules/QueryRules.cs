using FunctionApp.Tests.Hosting;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace FunctionApp.Tests.EmbeddedFunctions.Engine.Rules;

/// <summary>What a client finds.</summary>
[Collection(LocalServicesCollection.Name)]
public sealed class QueryRules(SharedNode node) : IClassFixture<SharedNode>
{
    [Fact]
    public async Task Prefix_IsCaseSensitive_AndTakesNoWildcards()
    {
        await StartAsync("Case-1", "case-1", "case%", "caseX", "case_1");

        Assert.Equal(["Case-1"], await FindAsync(new OrchestrationQuery(InstanceIdPrefix: "Case")));
        Assert.Equal(["case%"], await FindAsync(new OrchestrationQuery(InstanceIdPrefix: "case%")));
        Assert.Equal(["case_1"], await FindAsync(new OrchestrationQuery(InstanceIdPrefix: "case_")));
    }

    [Fact]
    public async Task Statuses_AreOred_AndNoneMeansAll()
    {
        await StartAsync("st-completed", "st-running", "st-terminated");
        await node.Client.RaiseEventAsync("st-completed", "go", "x");
        await node.Client.TerminateInstanceAsync("st-terminated");
        await node.Node.EndOfAsync("st-completed");
        await node.Node.EndOfAsync("st-terminated");

        Assert.Equal(
            ["st-completed", "st-terminated"],
            await FindAsync(new OrchestrationQuery(
                Statuses: [OrchestrationRuntimeStatus.Terminated, OrchestrationRuntimeStatus.Completed], InstanceIdPrefix: "st-")));
        Assert.Equal(
            ["st-completed", "st-running", "st-terminated"],
            await FindAsync(new OrchestrationQuery(Statuses: [], InstanceIdPrefix: "st-")));
    }

    [Fact]
    public async Task Rows_HaveInputsAndOutputsOnlyWhenAskedFor()
    {
        await StartAsync("row-1");

        var bare = await node.Client.GetAllInstancesAsync(new OrchestrationQuery(InstanceIdPrefix: "row-")).ToListAsync();
        var whole = await node.Client.GetAllInstancesAsync(
            new OrchestrationQuery(InstanceIdPrefix: "row-", FetchInputsAndOutputs: true)).ToListAsync();

        Assert.Null(Assert.Single(bare).SerializedInput);
        Assert.Equal("\"in\"", Assert.Single(whole).SerializedInput);
    }

    private async Task StartAsync(params string[] ids)
    {
        node.Functions.Orchestrator("Queried", context => context.WaitForExternalEvent<string>("go"));
        foreach (var id in ids) await node.Client.ScheduleNewOrchestrationInstanceAsync("Queried", "in", new StartOrchestrationOptions(id));
    }

    private async Task<List<string>> FindAsync(OrchestrationQuery query) =>
        await node.Client.GetAllInstancesAsync(query).Select(instance => instance.InstanceId).ToListAsync();
}
