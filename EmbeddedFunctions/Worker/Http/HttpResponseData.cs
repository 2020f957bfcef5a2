using System.Net;

namespace Microsoft.Azure.Functions.Worker.Http;

/// <summary>An HTTP response, independent of ASP.NET Core's types.</summary>
public abstract class HttpResponseData
{
    /// <summary>Makes a response of an invocation.</summary>
#pragma warning disable CA1012, MA0017 // The official constructor is public.
    public HttpResponseData(FunctionContext functionContext) => FunctionContext = functionContext;
#pragma warning restore CA1012, MA0017

    /// <summary>The status.</summary>
    public abstract HttpStatusCode StatusCode { get; set; }

    /// <summary>The headers.</summary>
    public abstract HttpHeadersCollection Headers { get; set; }

    /// <summary>The body.</summary>
    public abstract Stream Body { get; set; }

    /// <summary>The cookies that are set.</summary>
    public abstract HttpCookies Cookies { get; }

    /// <summary>The invocation.</summary>
    public FunctionContext FunctionContext { get; }

    /// <summary>Makes the response to a request.</summary>
    public static HttpResponseData CreateResponse(HttpRequestData request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.CreateResponse();
    }
}
