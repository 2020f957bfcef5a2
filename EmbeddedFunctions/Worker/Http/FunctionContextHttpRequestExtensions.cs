using EmbeddedFunctions.Invocation;
using Microsoft.Azure.Functions.Worker.Http;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>The HTTP side of an invocation, independent of ASP.NET Core's types.</summary>
public static class FunctionContextHttpRequestExtensions
{
    /// <summary>The request; <see langword="null"/> where the trigger is not HTTP.</summary>
    public static ValueTask<HttpRequestData?> GetHttpRequestDataAsync(this FunctionContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Features.Get<IHttpRequestDataFeature>() is { } feature
            ? feature.GetHttpRequestDataAsync(context)
            : ValueTask.FromResult<HttpRequestData?>(null);
    }

    /// <summary>The response that the invocation returns, or holds in its output for the caller; <see langword="null"/> where it is none.</summary>
    public static HttpResponseData? GetHttpResponseData(this FunctionContext context) =>
        EmbeddedFunctionContext.Of(context).Result.Value as HttpResponseData
        ?? context.GetOutputBindings<HttpResponseData>().FirstOrDefault(output => output.BindingType == "http")?.Value;
}
