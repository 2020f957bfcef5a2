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

    [Theory]
    [InlineData(VersionMatch.None, "2.0", "1.0", true)]
    [InlineData(VersionMatch.None, "2.0", "3.0", true)]
    [InlineData(VersionMatch.None, "2.0", "", true)]
    [InlineData(VersionMatch.None, "2.0", "blue", true)]
    [InlineData(VersionMatch.Strict, "2.0", "2.0", true)]
    [InlineData(VersionMatch.Strict, "2.0", "1.0", false)]
    [InlineData(VersionMatch.Strict, "2.0", "3.0", false)]
    [InlineData(VersionMatch.Strict, "2.0", "", false)]
    [InlineData(VersionMatch.Strict, "blue", "BLUE", true)]
    [InlineData(VersionMatch.Strict, "blue", "2.0", false)]
    [InlineData(VersionMatch.CurrentOrOlder, "2.0", "2.0", true)]
    [InlineData(VersionMatch.CurrentOrOlder, "2.0", "1.10", true)]
    [InlineData(VersionMatch.CurrentOrOlder, "2.9", "2.10", false)]
    [InlineData(VersionMatch.CurrentOrOlder, "2.0", "2.0.1", false)]
    [InlineData(VersionMatch.CurrentOrOlder, "2.0", "", true)]
    [InlineData(VersionMatch.CurrentOrOlder, "b", "a", true)]
    [InlineData(VersionMatch.CurrentOrOlder, "b", "c", false)]
    [InlineData(VersionMatch.CurrentOrOlder, "2.0", "blue", false)]
    [InlineData(VersionMatch.CurrentOrOlder, "", "3.0", true)]
    public async Task Strategies_TellWhichVersionsRun(object match, string own, string version, bool runs)
    {
        // Under Fail the others fail; under Reject they stay where they are, and one that runs says that the node has looked.
        var database = await services.CreateDatabaseAsync();
        await using (var fails = await StartAsync(VersionFailure.Fail))
        {
            var end = await fails.EndOfAsync(await fails.Client.ScheduleNewOrchestrationInstanceAsync("Version", null, Of(version)));
            Assert.Equal(runs ? OrchestrationRuntimeStatus.Completed : OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        }

        await using var rejects = await StartAsync(VersionFailure.Reject);
        var id = await rejects.Client.ScheduleNewOrchestrationInstanceAsync("Version", null, Of(version));
        await rejects.EndOfAsync(await rejects.Client.ScheduleNewOrchestrationInstanceAsync("Version", null, Of(own)));
        if (runs)
        {
            Assert.Equal(version, (await rejects.EndOfAsync(id)).ReadOutputAs<string>());
        }
        else
        {
            Assert.Equal(OrchestrationRuntimeStatus.Pending, (await rejects.Client.GetInstanceAsync(id))!.RuntimeStatus);
            Assert.Empty(await rejects.HistoryAsync(id));
        }

        Task<EngineNode> StartAsync(VersionFailure failure) => EngineNode.StartAsync(
            database,
            Versions(),
            o => o with { DefaultVersion = own, VersionMatch = (VersionMatch)match, VersionFailure = failure });
    }

    [Fact]
    public async Task ChildsVersion_IsTheGivenOne_EvenIfThatIsNone()
    {
        await using var node = await EngineNode.StartAsync(
            await services.CreateDatabaseAsync(),
            Versions().Orchestrator("Versions", async context => string.Join(
                ',',
                await Task.WhenAll(
                    context.CallSubOrchestratorAsync<string>("Version", new SubOrchestrationOptions { Version = new TaskVersion("1.1") }),
                    context.CallSubOrchestratorAsync<string>("Version", new SubOrchestrationOptions { Version = default(TaskVersion) }),
                    context.CallSubOrchestratorAsync<string>("Version", new SubOrchestrationOptions(instanceId: "no-version"))))),
            o => o with { DefaultVersion = "2.0" });

        Assert.Equal("1.1,,2.0", (await node.RunAsync("Versions")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task ChildOfAVersionThatFailsHere_FailsTheCallOfItsParent()
    {
        await using var node = await EngineNode.StartAsync(
            await services.CreateDatabaseAsync(),
            Versions().Orchestrator("Calls", async context =>
            {
                var call = context.CallSubOrchestratorAsync<string>("Version", new SubOrchestrationOptions { Version = new TaskVersion("3.0") });
                return (await Assert.ThrowsAsync<TaskFailedException>(() => call)).FailureDetails.ErrorMessage;
            }),
            o => o with { DefaultVersion = "2.0", VersionFailure = VersionFailure.Fail });

        Assert.Contains("'3.0'", (await node.RunAsync("Calls")).ReadOutputAs<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunThatBeginsAnewAsANewerVersion_GoesToANodeOfIt()
    {
        var database = await services.CreateDatabaseAsync();
        TestFunctions Functions() => Versions().Orchestrator("Upgrades", context =>
        {
            if (context.GetInput<int>() == 0)
            {
                context.ContinueAsNew(new ContinueAsNewOptions { NewInput = 1, NewVersion = "2.0" });
            }

            return Task.FromResult($"{context.GetInput<int>()} {context.Version}");
        });
        await using var old = await EngineNode.StartAsync(database, Functions(), o => o with { DefaultVersion = "1.0" });
        await old.Client.ScheduleNewOrchestrationInstanceAsync("Upgrades", 0, new StartOrchestrationOptions("upgrades"));
        await Eventually.TrueAsync(async () =>
            (await old.Client.GetInstanceAsync("upgrades", getInputsAndOutputs: true))!.SerializedInput == "1" && old.Engine.Host.Count == 0);
        Assert.False((await old.Client.GetInstanceAsync("upgrades"))!.IsCompleted);

        await using var current = await EngineNode.StartAsync(database, Functions(), o => o with { DefaultVersion = "2.0" });

        Assert.Equal("1 2.0", (await current.EndOfAsync("upgrades")).ReadOutputAs<string>());
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
