namespace Microsoft.Azure.Functions.Worker;

/// <summary>What a function returned; a middleware may put another value in its place.</summary>
public abstract class InvocationResult<T>
{
    /// <summary>The value.</summary>
    public abstract T? Value { get; set; }
}

/// <summary>What a function returned, of any type.</summary>
public abstract class InvocationResult : InvocationResult<object>
{
}
