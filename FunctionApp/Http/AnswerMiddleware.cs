using Atelier.Problems;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace Atelier.Http;

/// <summary>Gives every answer its id and the headers that keep browsers from doing harm with it. Functions may replace each.</summary>
public sealed class AnswerMiddleware(Cors cors, IConfiguration configuration, ILogger<AnswerMiddleware> logger) : IFunctionsWorkerMiddleware
{
    // Data is for programs: nothing in it may run, and no page may show it in a frame.
    private const string DataPolicy = "default-src 'none'; frame-ancestors 'none'";

    // A page gets what it needs from here; styles inside it are what component libraries write.
    private const string PagePolicy =
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    /// <inheritdoc/>
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is not { } http)
        {
            await next(context);
            return;
        }

        RequestTrace.Keep(http, context);
        string requestId = RequestId.Of(http);
        IHeaderDictionary headers = http.Response.Headers;
        headers[RequestId.Header] = requestId;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.ContentSecurityPolicy = DataPolicy;
        headers["Referrer-Policy"] = "no-referrer";
        if (configuration["PublicUrl"]?.StartsWith("https:", StringComparison.OrdinalIgnoreCase) == true)
            headers.StrictTransportSecurity = "max-age=31536000";
        // What a caller sees is the caller's: unless a function says better, nobody keeps it.
        headers.CacheControl = "no-store";
        cors.WriteTo(http);
        http.Response.OnStarting(UsePagePolicy, http.Response);

        using IDisposable? scope = logger.BeginScope("Request {RequestId}", requestId);
        await next(context);
    }

    private static Task UsePagePolicy(object state)
    {
        var response = (HttpResponse)state;
        bool isPage = response.ContentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) == true;
        if (isPage && response.Headers.ContentSecurityPolicy == DataPolicy)
            response.Headers.ContentSecurityPolicy = PagePolicy;
        return Task.CompletedTask;
    }
}
