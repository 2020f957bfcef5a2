using EmbeddedFunctions.Engine;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;

namespace FunctionApp.Tests.EmbeddedFunctions.Engine;

/// <summary>Orchestrators and activities given as lambdas, so that a test shows all that runs.</summary>
internal sealed class TestFunctions : IDurableFunctions
{
    private readonly Dictionary<string, Func<TaskOrchestrationContext, Task<string?>>> _orchestrators = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Func<ActivityInvocation, CancellationToken, Task<string?>>> _activities = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyCollection<string> OrchestratorNames => _orchestrators.Keys;

    public TestFunctions Orchestrator<T>(string name, Func<TaskOrchestrationContext, Task<T>> body)
    {
        _orchestrators[name] = async context => JsonDataConverter.Worker.Serialize(await body(context));
        return this;
    }

    public TestFunctions Activity<TInput, TResult>(string name, Func<TInput, CancellationToken, Task<TResult>> body)
    {
        _activities[name] = async (invocation, cancellationToken) => JsonDataConverter.Worker.Serialize(
            await body(JsonDataConverter.Worker.Deserialize<TInput>(invocation.SerializedInput)!, cancellationToken));
        return this;
    }

    public TestFunctions Activity<TInput, TResult>(string name, Func<TInput, TResult> body) =>
        Activity<TInput, TResult>(name, (input, _) => Task.FromResult(body(input)));

    public bool HasOrchestrator(string name) => _orchestrators.ContainsKey(name);

    public bool HasActivity(string name) => _activities.ContainsKey(name);

    public Task<string?> RunOrchestratorAsync(TaskOrchestrationContext context) => _orchestrators[context.Name.Name](context);

    public Task<string?> RunActivityAsync(ActivityInvocation invocation, CancellationToken cancellationToken) =>
        _activities[invocation.Name](invocation, cancellationToken);
}
