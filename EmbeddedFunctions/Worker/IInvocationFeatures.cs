namespace Microsoft.Azure.Functions.Worker;

/// <summary>Features of an invocation by their type.</summary>
public interface IInvocationFeatures : IEnumerable<KeyValuePair<Type, object>>
{
    /// <summary>Puts a feature in.</summary>
    void Set<T>(T? instance);

    /// <summary>The feature of that type; <see langword="null"/> without one.</summary>
    T? Get<T>();
}
