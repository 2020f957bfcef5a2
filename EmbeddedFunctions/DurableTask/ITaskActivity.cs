namespace Microsoft.DurableTask;

/// <summary>An activity that is a class, as generated code runs it. Derive from <see cref="TaskActivity{TInput, TOutput}"/>.</summary>
public interface ITaskActivity
{
    /// <summary>The type of its input.</summary>
    Type InputType { get; }

    /// <summary>The type of its output.</summary>
    Type OutputType { get; }

    /// <summary>Runs it.</summary>
    /// <exception cref="ArgumentException">The input is of another type.</exception>
    Task<object?> RunAsync(TaskActivityContext context, object? input);
}
