namespace Microsoft.Azure.Functions.Worker;

/// <summary>One invocation of a function, as middleware and the function see it.</summary>
public abstract class FunctionContext
{
    /// <summary>The invocation's id, a guid.</summary>
    public abstract string InvocationId { get; }

    /// <summary>The function's id; the same in every invocation.</summary>
    public abstract string FunctionId { get; }

    /// <summary>The distributed trace that the invocation belongs to.</summary>
    public abstract TraceContext TraceContext { get; }

    /// <summary>What the trigger brought along.</summary>
    public abstract BindingContext BindingContext { get; }

    /// <summary>Which retry of the host this is; <see langword="null"/> as the host itself retries nothing here.</summary>
    public abstract RetryContext RetryContext { get; }

    /// <summary>The services of the invocation's own scope, which ends with the invocation.</summary>
    public abstract IServiceProvider InstanceServices { get; set; }

    /// <summary>The function that is invoked.</summary>
    public abstract FunctionDefinition FunctionDefinition { get; }

    /// <summary>What middleware and the function hand to each other.</summary>
    public abstract IDictionary<object, object> Items { get; set; }

    /// <summary>Features of the invocation, by type.</summary>
    public abstract IInvocationFeatures Features { get; }

    /// <summary>Cancelled when the caller is gone, the activity's orchestration has ended or the function's time is up.</summary>
    public virtual CancellationToken CancellationToken => CancellationToken.None;
}
