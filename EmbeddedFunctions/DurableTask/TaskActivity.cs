namespace Microsoft.DurableTask;

/// <summary>The base of an activity that is a class; see <see cref="DurableTaskAttribute"/> for what runs it.</summary>
/// <typeparam name="TInput">Type of its input.</typeparam>
/// <typeparam name="TOutput">Type of its output.</typeparam>
public abstract class TaskActivity<TInput, TOutput> : ITaskActivity
{
    Type ITaskActivity.InputType => typeof(TInput);

    Type ITaskActivity.OutputType => typeof(TOutput);

    async Task<object?> ITaskActivity.RunAsync(TaskActivityContext context, object? input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return await RunAsync(context, TypedInput.Of<TInput>(input));
    }

    /// <summary>What the activity does.</summary>
    public abstract Task<TOutput> RunAsync(TaskActivityContext context, TInput input);
}
