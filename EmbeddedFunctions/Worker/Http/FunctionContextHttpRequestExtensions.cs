using EmbeddedFunctions.Invocation;
using Microsoft.Azure.Functions.Worker.Http;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>The HTTP side of an invocation, independent of ASP.NET Core's types.</summary>
public static class FunctionContextHttpRequestExtensions
{
    /// <summary>The request; <see langword="null"/> where the trigger is not HTTP.</summary>
    public static ValueTask<HttpRequestData?> GetHttpRequestDataAsync(this FunctionContext context) =>
        ValueTask.FromResult<HttpRequestData?>(EmbeddedFunctionContext.Of(context).RequestData);

    /// <summary>The response that the invocation returns; <see langword="null"/> where it is none.</summary>
    public static HttpResponseData? GetHttpResponseData(this FunctionContext context) =>
        EmbeddedFunctionContext.Of(context).Result.Value as HttpResponseData;
}
