using System.Collections.Frozen;
using EmbeddedFunctions.Engine;
using EmbeddedFunctions.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.Logging;

namespace EmbeddedFunctions.Invocation;

/// <summary>The application's orchestrators and activities, as the engine runs them.</summary>
internal sealed class DurableFunctions(
    FunctionCatalog catalog, FunctionPipeline pipeline, DurableHttp http, IServiceProvider services, ILogger<DurableFunctions> logger) : IDurableFunctions
{
    private readonly FrozenDictionary<string, FunctionEntry> _orchestrators = ByName(catalog, TriggerKind.Orchestration);
    private readonly FrozenDictionary<string, FunctionEntry> _activities = ByName(catalog, TriggerKind.Activity);

    public IReadOnlyCollection<string> OrchestratorNames => _orchestrators.Keys;

    /// <summary>The name by which orchestrations call a function.</summary>
    public static string NameOf(FunctionEntry function) => function.Trigger switch
    {
        ActivityTriggerAttribute { Activity: { Length: > 0 } name } => name,
        OrchestrationTriggerAttribute { Orchestration: { Length: > 0 } name } => name,
        _ => function.Name,
    };

    public bool HasOrchestrator(string name) => _orchestrators.ContainsKey(name);

    public bool HasActivity(string name) => _activities.ContainsKey(name) || name == DurableHttp.ActivityName;

    public Task<string?> RunOrchestratorAsync(TaskOrchestrationContext context)
    {
        if (!_orchestrators.TryGetValue(context.Name.Name, out var function))
        {
            throw new InvalidOperationException(
                $"The function '{context.Name.Name}' doesn't exist, is disabled, or is not an orchestrator function.");
        }

        var orchestrator = new OrchestratorLife(function, context, services, pipeline, logger);
        if (context is IOrchestratorHolder holder) holder.Orchestrator = orchestrator;
        return orchestrator.RunEpisodeAsync();
    }

    public Task<string?> RunActivityAsync(ActivityInvocation invocation, CancellationToken cancellationToken)
    {
        if (!_activities.TryGetValue(invocation.Name, out var function))
        {
            if (invocation.Name == DurableHttp.ActivityName) return http.SendAsync(invocation.SerializedInput, cancellationToken);
            throw new InvalidOperationException(
                $"The function '{invocation.Name}' doesn't exist, is disabled, or is not an activity function.");
        }

        return pipeline.RunAsync(
            token => new EmbeddedFunctionContext(function, services, token) { Activity = invocation },
            static context => Serialize(context.ReturnValue),
            cancellationToken);
    }

    // As on the official worker what is returned is written by its own type; inside it, declared types rule.
    private static string? Serialize(object? value) => JsonDataConverter.Worker.Serialize(value);

    private static FrozenDictionary<string, FunctionEntry> ByName(FunctionCatalog catalog, TriggerKind kind) => catalog.Functions
        .Where(function => function.Kind == kind)
        .ToFrozenDictionary(NameOf, StringComparer.OrdinalIgnoreCase);
}
