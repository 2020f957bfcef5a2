using EmbeddedFunctions.Invocation;
using Microsoft.AspNetCore.Http;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>The HTTP side of an invocation.</summary>
public static class FunctionContextExtensions
{
    /// <summary>The request and response; <see langword="null"/> where the trigger is not HTTP.</summary>
    public static HttpContext? GetHttpContext(this FunctionContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context is EmbeddedFunctionContext { HasItems: false } embedded) return embedded.HttpContext;
        return context.Items.TryGetValue(EmbeddedFunctionContext.HttpContextKey, out var http) ? http as HttpContext : null;
    }
}
