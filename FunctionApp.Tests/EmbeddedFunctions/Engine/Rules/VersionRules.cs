using EmbeddedFunctions.Engine.Orchestration;
using FunctionApp.Tests.Hosting;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace FunctionApp.Tests.EmbeddedFunctions.Engine.Rules;

[Collection(LocalServicesCollection.Name)]
public sealed class VersionRules(LocalServicesFixture services)
{
    private static TestFunctions Versions() => new TestFunctions()
        .Orchestrator("Version", context => Task.FromResult(context.Version))
        .Orchestrator("Parent", async context => context.Version + ">" + await context.CallSubOrchestratorAsync<string>("Version"));

    private static StartOrchestrationOptions Of(string version) => new() { Version = new TaskVersion(version) };

    [Fact]
    public async Task WithoutAVersion_AnInstanceAndItsChildrenGetTheAppsOwn()
    {
        await using var node = await EngineNode.StartAsync(
            await services.CreateDatabaseAsync(),
            Versions(),
            o => o with { DefaultVersion = "2.0" });

        Assert.Equal("2.0", (await node.RunAsync("Version")).ReadOutputAs<string>());
        var old = await node.Client.ScheduleNewOrchestrationInstanceAsync("Parent", null, Of("1.0"));
        Assert.Equal("1.0>2.0", (await node.EndOfAsync(old)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task NewerInstance_WaitsForANodeOfItsVersion()
    {
        var database = await services.CreateDatabaseAsync();
        await using var old = await EngineNode.StartAsync(database, Versions(), o => o with { DefaultVersion = "1.9" });
        var id = await old.Client.ScheduleNewOrchestrationInstanceAsync("Version", null, Of("1.10"));
        Assert.Equal("1.8", (await old.EndOfAsync(await old.Client.ScheduleNewOrchestrationInstanceAsync("Version", null, Of("1.8")))).ReadOutputAs<string>());
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await old.Client.GetInstanceAsync(id))!.RuntimeStatus);

        await using var current = await EngineNode.StartAsync(database, Versions(), o => o with { DefaultVersion = "1.10" });

        Assert.Equal("1.10", (await current.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task OtherVersion_UnderStrictAndFail_FailsNamingBoth()
    {
        await using var node = await EngineNode.StartAsync(
            await services.CreateDatabaseAsync(),
            Versions(),
            o => o with { DefaultVersion = "2.0", VersionMatch = VersionMatch.Strict, VersionFailure = VersionFailure.Fail });

        var end = await node.EndOfAsync(await node.Client.ScheduleNewOrchestrationInstanceAsync("Version", null, Of("1.0")));

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains("'1.0'", end.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("'2.0'", end.FailureDetails.ErrorMessage, StringComparison.Ordinal);
    }
}
