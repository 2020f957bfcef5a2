namespace Microsoft.Azure.Functions.Worker;

/// <summary>What an invocation returns, open to change until the middleware is through.</summary>
public abstract class InvocationResult : InvocationResult<object>
{
}

/// <summary>What an invocation returns, by its type.</summary>
public abstract class InvocationResult<T>
{
    /// <summary>The value.</summary>
    public abstract T? Value { get; set; }
}
