using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.Extensions.Primitives;
using SameSiteMode = Microsoft.AspNetCore.Http.SameSiteMode;

namespace EmbeddedFunctions.Http;

/// <summary>A response of ASP.NET Core in the worker's own terms. Its headers go out with the first byte of the body.</summary>
internal sealed class EmbeddedHttpResponseData : HttpResponseData
{
    private readonly HttpResponse _response;
    private bool _discarded;

    public EmbeddedHttpResponseData(FunctionContext context, HttpResponse response)
        : base(context)
    {
        _response = response;
        Cookies = new ResponseCookies(response);
        response.OnStarting(SendHeaders);
    }

    public override HttpStatusCode StatusCode
    {
        get => (HttpStatusCode)_response.StatusCode;
        set => _response.StatusCode = (int)value;
    }

    public override HttpHeadersCollection Headers { get; set; } = [];

    public override Stream Body
    {
        get => _response.Body;
        set => _response.Body = value;
    }

    public override HttpCookies Cookies { get; }

    public void Discard() => _discarded = true;

    private Task SendHeaders()
    {
        if (_discarded) return Task.CompletedTask;
        foreach (var (name, values) in Headers.NonValidated) _response.Headers[name] = new StringValues([.. values]);
        return Task.CompletedTask;
    }

    private sealed class ResponseCookies(HttpResponse response) : HttpCookies
    {
        public override void Append(string name, string value) => response.Cookies.Append(name, value);

        public override void Append(IHttpCookie cookie) => response.Cookies.Append(cookie.Name, cookie.Value, new CookieOptions
        {
            Domain = cookie.Domain,
            Expires = cookie.Expires,
            HttpOnly = cookie.HttpOnly ?? false,
            MaxAge = cookie.MaxAge is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            Path = cookie.Path,
            Secure = cookie.Secure ?? false,
            SameSite = cookie.SameSite switch
            {
                SameSite.Lax => SameSiteMode.Lax,
                SameSite.Strict => SameSiteMode.Strict,
                _ => SameSiteMode.None,
            },
        });

        // As on the official host with ASP.NET Core.
        public override IHttpCookie CreateNew() => throw new NotSupportedException("Make a new HttpCookie(name, value) instead.");
    }
}
