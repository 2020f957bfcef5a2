using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Worker;

namespace EmbeddedHost.Functions.Durable;

/// <summary>The orchestrator and activity functions, as the Durable Task worker asks for them: by name in any case, for a scope of services.</summary>
internal sealed class FunctionTaskFactory(IReadOnlyList<Function> functions, FunctionPipeline pipeline) : IDurableTaskFactory
{
    private readonly FrozenDictionary<string, Function> _orchestrators = ByName<OrchestrationTriggerAttribute>(functions);
    private readonly FrozenDictionary<string, Function> _activities = ByName<ActivityTriggerAttribute>(functions);

    public bool TryCreateOrchestrator(TaskName name, IServiceProvider serviceProvider, [NotNullWhen(true)] out ITaskOrchestrator? orchestrator)
    {
        orchestrator = _orchestrators.TryGetValue(name.Name, out var function) ? new Orchestrator(function, pipeline, serviceProvider) : null;
        return orchestrator is not null;
    }

    public bool TryCreateActivity(TaskName name, IServiceProvider serviceProvider, [NotNullWhen(true)] out ITaskActivity? activity)
    {
        activity = _activities.TryGetValue(name.Name, out var function) ? new Activity(function, pipeline, serviceProvider) : null;
        return activity is not null;
    }

    private static FrozenDictionary<string, Function> ByName<TTrigger>(IEnumerable<Function> functions) => functions
        .Where(function => function.Trigger is TTrigger)
        .ToFrozenDictionary(function => function.Name, StringComparer.OrdinalIgnoreCase);

    private sealed class Orchestrator(Function function, FunctionPipeline pipeline, IServiceProvider services) : ITaskOrchestrator
    {
        public Type InputType => function.InputType;

        public Type OutputType => typeof(object);

        public Task<object?> RunAsync(TaskOrchestrationContext context, object? input) => pipeline.RunAsync(
            new FunctionInvocation(function, services, CancellationToken.None) { Call = function.CallAsync, TriggerContext = context, Input = input });
    }

    private sealed class Activity(Function function, FunctionPipeline pipeline, IServiceProvider services) : ITaskActivity
    {
        public Type InputType => function.InputType;

        public Type OutputType => typeof(object);

        // A stop of the host does not cancel an activity: it would be recorded as failed, while one that ends with its process runs again.
        public Task<object?> RunAsync(TaskActivityContext context, object? input) => pipeline.RunAsync(
            token => new FunctionInvocation(function, services, token) { Call = function.CallAsync, TriggerContext = context, Input = input },
            CancellationToken.None);
    }
}
