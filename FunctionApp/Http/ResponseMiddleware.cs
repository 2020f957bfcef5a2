using Atelier.Problems;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace Atelier.Http;

/// <summary>Gives the response of every route its id, its security headers and what CORS says of it.</summary>
public sealed class ResponseMiddleware(Cors cors, IConfiguration configuration, ILogger<ResponseMiddleware> logger) : IFunctionsWorkerMiddleware
{
    /// <inheritdoc/>
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is not { } http)
        {
            await next(context);
            return;
        }

        RequestTrace.Keep(http, context);
        var requestId = RequestId.Of(http);
        http.Response.Headers[RequestId.Header] = requestId;
        SecurityHeaders.WriteTo(http.Response, configuration["PublicUrl"]?.StartsWith("https:", StringComparison.OrdinalIgnoreCase) == true);
        cors.WriteTo(http);

        using var scope = logger.BeginScope("Request {RequestId}", requestId);
        await next(context);
    }
}
