namespace Microsoft.Azure.Functions.Worker;

/// <summary>One invocation of a function.</summary>
public abstract class FunctionContext
{
    /// <summary>A GUID, new each time.</summary>
    public abstract string InvocationId { get; }

    /// <summary>The function's <see cref="FunctionDefinition.Id"/>.</summary>
    public abstract string FunctionId { get; }

    /// <summary>Trace context of the caller.</summary>
    public abstract TraceContext TraceContext { get; }

    /// <summary>Values that the trigger came with.</summary>
    public abstract BindingContext BindingContext { get; }

    /// <summary>Retries by the host; <see langword="null"/> for a function that asks for none.</summary>
    public abstract RetryContext RetryContext { get; }

    /// <summary>The invocation's own service scope.</summary>
    public abstract IServiceProvider InstanceServices { get; set; }

    /// <summary>The function.</summary>
    public abstract FunctionDefinition FunctionDefinition { get; }

    /// <summary>Values shared along the middleware.</summary>
    public abstract IDictionary<object, object> Items { get; set; }

    /// <summary>Features shared along the middleware.</summary>
    public abstract IInvocationFeatures Features { get; }

    /// <summary>Cancelled when the caller goes, the function times out, its orchestration ends, or the host stops.</summary>
    public virtual CancellationToken CancellationToken { get; }
}
