using FunctionApp.Tests.Hosting;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace FunctionApp.Tests.EmbeddedFunctions.Engine.Rules;

/// <summary>One node for all tests of a class: each test adds the functions it needs under names of its own.</summary>
public sealed class SharedNode(LocalServicesFixture services) : IAsyncLifetime
{
    private EngineNode? _node;

    internal TestFunctions Functions { get; } = new();

    internal EngineNode Node => _node!;

    internal DurableTaskClient Client => Node.Client;

    public async Task InitializeAsync() => _node = await EngineNode.StartAsync(await services.CreateDatabaseAsync(), Functions);

    public async Task DisposeAsync() => await Node.DisposeAsync();

    /// <summary>Starts an orchestration given as a lambda.</summary>
    internal Task<string> StartAsync<T>(
        Func<TaskOrchestrationContext, Task<T>> orchestrator,
        object? input = null,
        [System.Runtime.CompilerServices.CallerMemberName] string name = "")
    {
        Functions.Orchestrator(name, orchestrator);
        return Client.ScheduleNewOrchestrationInstanceAsync(name, input);
    }

    /// <summary>Runs an orchestration given as a lambda to its end.</summary>
    internal async Task<OrchestrationMetadata> RunAsync<T>(
        Func<TaskOrchestrationContext, Task<T>> orchestrator,
        object? input = null,
        [System.Runtime.CompilerServices.CallerMemberName] string name = "") =>
        await Node.EndOfAsync(await StartAsync(orchestrator, input, name));

    /// <summary>Waits until the history holds an event.</summary>
    internal Task HistoryHasAsync(string id, string type, int count = 1) =>
        Eventually.TrueAsync(async () => (await Node.HistoryAsync(id)).Count(t => t == type) >= count);
}
