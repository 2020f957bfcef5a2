namespace Microsoft.Azure.Functions.Worker.Http;

/// <summary>Gives the request of an invocation.</summary>
public interface IHttpRequestDataFeature
{
    /// <summary>The request; <see langword="null"/> where the trigger is not HTTP.</summary>
    ValueTask<HttpRequestData?> GetHttpRequestDataAsync(FunctionContext context);
}
