namespace Microsoft.Azure.Functions.Worker;

/// <summary>Values that the trigger came with.</summary>
public abstract class BindingContext
{
    /// <summary>The values by name, without regard to case.</summary>
    public abstract IReadOnlyDictionary<string, object?> BindingData { get; }
}
