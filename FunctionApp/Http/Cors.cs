using Microsoft.Net.Http.Headers;

namespace Atelier.Http;

/// <summary>Writes what pages of other origins may do (the CORS protocol of the Fetch standard).</summary>
public sealed class Cors(CorsOptions options)
{
    private static readonly string Methods = string.Join(", ", Routes.All.Where(route => route.Operation is not null).Select(route => route.Methods).Distinct());

    private const string RequestHeaders =
        "Authorization, X-Api-Key, X-User, Content-Type, Idempotency-Key, If-Match, If-None-Match, If-Range, Range, Last-Event-ID, X-Request-Id, traceparent";

    private const string ExposedHeaders =
        "Location, Retry-After, ETag, Content-Range, Content-Disposition, WWW-Authenticate, X-Request-Id, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, RateLimit-Policy";

    private const string PreflightSeconds = "600";

    /// <summary>Whether a request is a CORS preflight.</summary>
    public static bool IsPreflight(HttpRequest request) =>
        HttpMethods.IsOptions(request.Method)
        && request.Headers.Origin.Count > 0
        && request.Headers.AccessControlRequestMethod.Count > 0;

    /// <summary>Whether pages of the request's origin may call.</summary>
    public bool Allows(HttpRequest request) => options.Allows(request.Headers.Origin.ToString());

    /// <summary>Writes the CORS headers of every response.</summary>
    public void WriteTo(HttpContext http)
    {
        if (options.Origins.Count == 0)
            return;
        // Also where the origin is not allowed, or there is none: a cache must not give this response to another page.
        http.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Origin);
        if (!Allows(http.Request))
            return;
        http.Response.Headers.AccessControlAllowOrigin = http.Request.Headers.Origin;
        http.Response.Headers.AccessControlExposeHeaders = ExposedHeaders;
        if (options.WithCredentials)
            http.Response.Headers.AccessControlAllowCredentials = "true";
    }

    /// <summary>Writes the response headers of a preflight.</summary>
    public static void WritePreflight(HttpResponse response)
    {
        response.Headers.AccessControlAllowMethods = Methods;
        response.Headers.AccessControlAllowHeaders = RequestHeaders;
        response.Headers.AccessControlMaxAge = PreflightSeconds;
    }
}
