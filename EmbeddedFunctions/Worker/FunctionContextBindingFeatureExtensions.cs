using EmbeddedFunctions.Hosting;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Access to an invocation's result.</summary>
public static class FunctionContextBindingFeatureExtensions
{
    /// <summary>The result, to read after the function and to replace.</summary>
    public static InvocationResult GetInvocationResult(this FunctionContext context) => ((Invocation)context).Result;
}
