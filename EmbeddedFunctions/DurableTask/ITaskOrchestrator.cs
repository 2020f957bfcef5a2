namespace Microsoft.DurableTask;

/// <summary>An orchestrator that is a class, as generated code runs it. Derive from <see cref="TaskOrchestrator{TInput, TOutput}"/>.</summary>
public interface ITaskOrchestrator
{
    /// <summary>The type of its input.</summary>
    Type InputType { get; }

    /// <summary>The type of its output.</summary>
    Type OutputType { get; }

    /// <summary>Runs it.</summary>
    /// <exception cref="ArgumentException">The input is of another type.</exception>
    Task<object?> RunAsync(TaskOrchestrationContext context, object? input);
}
