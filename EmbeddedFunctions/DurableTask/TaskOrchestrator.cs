namespace Microsoft.DurableTask;

/// <summary>The base of an orchestrator that is a class; see <see cref="DurableTaskAttribute"/> for what runs it.</summary>
/// <typeparam name="TInput">Type of its input.</typeparam>
/// <typeparam name="TOutput">Type of its output.</typeparam>
public abstract class TaskOrchestrator<TInput, TOutput> : ITaskOrchestrator
{
    Type ITaskOrchestrator.InputType => typeof(TInput);

    Type ITaskOrchestrator.OutputType => typeof(TOutput);

    async Task<object?> ITaskOrchestrator.RunAsync(TaskOrchestrationContext context, object? input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return await RunAsync(context, TypedInput.Of<TInput>(input));
    }

    /// <summary>What the orchestrator does.</summary>
    public abstract Task<TOutput> RunAsync(TaskOrchestrationContext context, TInput input);
}
