namespace Microsoft.DurableTask;

/// <summary>The input of a class-based orchestrator or activity, which comes as an object.</summary>
internal static class TypedInput
{
    /// <returns>The input; the type's default where there is none.</returns>
    /// <exception cref="ArgumentException">The input is of another type.</exception>
    public static T Of<T>(object? input) => input switch
    {
        T typed => typed,
        null => default!,
        _ => throw new ArgumentException($"The input is a {input.GetType()} and should be a {typeof(T)}.", nameof(input)),
    };
}
