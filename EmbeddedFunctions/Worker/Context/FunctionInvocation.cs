namespace Microsoft.Azure.Functions.Worker;

/// <summary>One invocation, as a feature of itself.</summary>
public abstract class FunctionInvocation
{
    /// <summary>The invocation's id, a guid.</summary>
    public abstract string Id { get; }

    /// <summary>The function's id.</summary>
    public abstract string FunctionId { get; }

    /// <summary>The trace that it belongs to.</summary>
    public abstract TraceContext TraceContext { get; }
}
