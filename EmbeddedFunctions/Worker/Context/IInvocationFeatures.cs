namespace Microsoft.Azure.Functions.Worker;

/// <summary>Features of an invocation, by type.</summary>
public interface IInvocationFeatures : IEnumerable<KeyValuePair<Type, object>>
{
    /// <summary>Sets a feature; <see langword="null"/> removes it.</summary>
    void Set<T>(T? instance);

    /// <summary>The feature of a type; the type's default where there is none.</summary>
    T? Get<T>();
}
