using EmbeddedFunctions.Invocation;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Access to what an invocation returns.</summary>
public static class FunctionContextBindingFeatureExtensions
{
    /// <summary>What the invocation returns, by its type.</summary>
    /// <exception cref="InvalidOperationException">The value set is not of the type.</exception>
    public static InvocationResult<T> GetInvocationResult<T>(this FunctionContext context) =>
        new TypedInvocationResult<T>(EmbeddedFunctionContext.Of(context));

    /// <summary>What the invocation returns. Set after the function has run, it replaces what the function returned.</summary>
    public static InvocationResult GetInvocationResult(this FunctionContext context) =>
        EmbeddedFunctionContext.Of(context).Result;
}
