using System.Collections.Specialized;
using System.Security.Claims;
using System.Web;

namespace Microsoft.Azure.Functions.Worker.Http;

/// <summary>An HTTP request, independent of ASP.NET Core's types.</summary>
public abstract class HttpRequestData
{
    private NameValueCollection? _query;

    /// <summary>Makes a request of an invocation.</summary>
#pragma warning disable CA1012, MA0017 // The official constructor is public.
    public HttpRequestData(FunctionContext functionContext) => FunctionContext = functionContext;
#pragma warning restore CA1012, MA0017

    /// <summary>The body.</summary>
    public abstract Stream Body { get; }

    /// <summary>The headers.</summary>
    public abstract HttpHeadersCollection Headers { get; }

    /// <summary>The cookies.</summary>
    public abstract IReadOnlyCollection<IHttpCookie> Cookies { get; }

    /// <summary>The address that was asked for.</summary>
    public abstract Uri Url { get; }

    /// <summary>Who the caller is known as.</summary>
    public abstract IEnumerable<ClaimsIdentity> Identities { get; }

    /// <summary>The method.</summary>
    public abstract string Method { get; }

    /// <summary>The invocation.</summary>
    public FunctionContext FunctionContext { get; }

    /// <summary>The query's values by key.</summary>
    public virtual NameValueCollection Query => _query ??= HttpUtility.ParseQueryString(Url.Query);

    /// <summary>Makes the response.</summary>
    public abstract HttpResponseData CreateResponse();
}
