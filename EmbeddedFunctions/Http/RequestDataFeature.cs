using EmbeddedFunctions.Invocation;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace EmbeddedFunctions.Http;

/// <summary>Gives the request of an HTTP invocation in the worker's own terms.</summary>
internal sealed class RequestDataFeature : IHttpRequestDataFeature
{
    public static RequestDataFeature Instance { get; } = new();

    public ValueTask<HttpRequestData?> GetHttpRequestDataAsync(FunctionContext context) => new(EmbeddedFunctionContext.Of(context).RequestData);
}
