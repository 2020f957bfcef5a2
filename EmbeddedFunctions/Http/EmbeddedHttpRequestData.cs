using System.Security.Claims;
using EmbeddedFunctions.Invocation;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Azure.Functions.Worker.Http;

namespace EmbeddedFunctions.Http;

/// <summary>A request of ASP.NET Core in the worker's own terms.</summary>
internal sealed class EmbeddedHttpRequestData(EmbeddedFunctionContext context, HttpContext http) : HttpRequestData(context)
{
    private EmbeddedHttpResponseData? _response;

    public override Stream Body => http.Request.Body;

    public override HttpHeadersCollection Headers => field ??= new HttpHeadersCollection(
        http.Request.Headers.Select(header => KeyValuePair.Create(header.Key, header.Value.Select(value => value ?? string.Empty))));

    public override IReadOnlyCollection<IHttpCookie> Cookies => field ??=
        [.. http.Request.Cookies.Select(cookie => new Microsoft.Azure.Functions.Worker.Http.HttpCookie(cookie.Key, cookie.Value))];

    public override Uri Url => field ??= new Uri(http.Request.GetEncodedUrl());

    public override IEnumerable<ClaimsIdentity> Identities => http.User.Identities;

    public override string Method => http.Request.Method;

    // The one response of the request: what a function writes to it goes straight to the caller.
    public override HttpResponseData CreateResponse() => _response ??= new EmbeddedHttpResponseData(FunctionContext, http.Response);

    /// <summary>Forgets the headers that were set: the function failed.</summary>
    public void DiscardResponse() => _response?.Discard();
}
