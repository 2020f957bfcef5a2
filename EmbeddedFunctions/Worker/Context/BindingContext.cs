namespace Microsoft.Azure.Functions.Worker;

/// <summary>What a trigger brought along besides its payload.</summary>
public abstract class BindingContext
{
    /// <summary>Values by name: for HTTP the headers, the query, each query key and each route value; for an activity its data and instance id.</summary>
    public abstract IReadOnlyDictionary<string, object?> BindingData { get; }
}
