using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionApp.Tests.EmbeddedFunctions.Worker;

[DurableTask("GreetAll")]
public sealed class GreetAll : TaskOrchestrator<List<string>, string>
{
    public override async Task<string> RunAsync(TaskOrchestrationContext context, List<string> input) =>
        string.Join(' ', await Task.WhenAll(input.Select(name => context.CallActivityAsync<string>("Greet", name))));
}

[DurableTask]
public sealed class Greet(Journal journal) : TaskActivity<string, string>
{
    public override Task<string> RunAsync(TaskActivityContext context, string input)
    {
        journal.Lines.Enqueue($"{context.Name} {context.InstanceId}");
        return Task.FromResult($"Hello {input}!");
    }
}

/// <summary>The functions that a source generator writes for the classes above: nothing else runs such classes.</summary>
public static class ClassFunctions
{
    private static readonly ITaskOrchestrator Orchestrator = new GreetAll();

    [Function("GreetAll")]
    public static Task<string> GreetAll([OrchestrationTrigger] TaskOrchestrationContext context) => Orchestrator
        .RunAsync(context, context.GetInput<List<string>>())
        .ContinueWith(run => (string)run.GetAwaiter().GetResult()!, TaskContinuationOptions.ExecuteSynchronously);

    [Function("Greet")]
    public static async Task<string> Greet([ActivityTrigger] string input, string instanceId, FunctionContext executionContext)
    {
        ITaskActivity activity = ActivatorUtilities.GetServiceOrCreateInstance<Greet>(executionContext.InstanceServices);
        return (string)(await activity.RunAsync(new Context("Greet", instanceId), input))!;
    }

    private sealed class Context(TaskName name, string instanceId) : TaskActivityContext
    {
        public override TaskName Name => name;

        public override string InstanceId => instanceId;
    }
}
