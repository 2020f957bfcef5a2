namespace Atelier.Http;

/// <summary>The security headers of responses.</summary>
internal static class SecurityHeaders
{
    /// <summary>The policy of the app's page: everything is loaded from the app itself; images also from blob URLs, because some are fetched with a key.</summary>
    public const string PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    // Data: no script in it may run, and no page may show it in a frame.
    private const string DataPolicy = "default-src 'none'; frame-ancestors 'none'";

    // Any other page, such as the documentation, may have inline styles: component libraries need them.
    private const string OtherPagePolicy =
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>Writes them before the function runs, which may replace each.</summary>
    /// <param name="response">The response.</param>
    /// <param name="isHttps">Whether the app is reached by HTTPS, so that browsers must never try anything else.</param>
    public static void WriteTo(HttpResponse response, bool isHttps)
    {
        var headers = response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.ContentSecurityPolicy = DataPolicy;
        headers["Referrer-Policy"] = "no-referrer";
        if (isHttps)
            headers.StrictTransportSecurity = "max-age=31536000";
        // Responses hold callers' data: unless a function sets another policy, no cache stores them.
        headers.CacheControl = "no-store";
        response.OnStarting(ChoosePolicy, response);
    }

    private static Task ChoosePolicy(object state)
    {
        var response = (HttpResponse)state;
        var isPage = response.ContentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) == true;
        if (isPage && response.Headers.ContentSecurityPolicy == DataPolicy)
            response.Headers.ContentSecurityPolicy = OtherPagePolicy;
        return Task.CompletedTask;
    }
}
