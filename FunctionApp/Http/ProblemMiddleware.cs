using Atelier.Outages;
using Atelier.Persistence;
using Atelier.Problems;
using Azure;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace Atelier.Http;

/// <summary>Turns what an HTTP function throws into problem details; the hosts would send an empty 500.</summary>
/// <remarks>Orchestrators and activities pass through unchanged: the engine handles their exceptions.</remarks>
public sealed class ProblemMiddleware(OutageMonitor outages, ILogger<ProblemMiddleware> logger) : IFunctionsWorkerMiddleware
{
    private static readonly TimeSpan DependencyRetry = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is not { } http)
        {
            await next(context);
            return;
        }

        try
        {
            RequestSize.Check(http.Request);
            RequestBody.CheckTransferCoding(http.Request);
            await next(context);
        }
        catch (Exception exception) when (!http.Response.HasStarted)
        {
            if (http.RequestAborted.IsCancellationRequested)
            {
                // There is no caller left to read a response, and a disconnect is no error.
                logger.LogDebug("{Method} {Path} was aborted by the caller.", http.Request.Method, http.Request.Path);
                http.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
                return;
            }
            // A refused body is read to its end, beyond the server's own limit.
            if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
                limit.MaxRequestBodySize = null;
            await RequestBody.DrainAsync(http.Request);
            // Written directly: only the Functions host lets middleware set an invocation's result.
            await new ProblemResult(ToProblem(exception, http)).ExecuteAsync(http);
        }
    }

    private ApiException ToProblem(Exception exception, HttpContext http)
    {
        switch (exception)
        {
            case ApiException problem:
                logger.LogInformation(
                    "{Method} {Path} ends with {Status} {Code}: {Detail}",
                    http.Request.Method, http.Request.Path, problem.Status, problem.Code, problem.Message);
                return problem;
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return new ApiException(StatusCodes.Status413PayloadTooLarge, "body_too_large", "The body is longer than the host accepts.");
            case BadHttpRequestException bad:
                return new ApiException(bad.StatusCode, "invalid_request", "The request could not be read.");
            case OutageException { Service: OutageMonitor.Blobs }:
                return BlobsAway();
            case OutageException:
                return DatabaseAway();
            case { } when TransientFailure.Is(exception):
                outages.Failed(OutageMonitor.Database, exception);
                return DatabaseAway();
            case RequestFailedException or AggregateException { InnerException: RequestFailedException }:
                outages.Failed(OutageMonitor.Blobs, exception);
                return BlobsAway();
            default:
                logger.LogError(exception, "{Method} {Path} failed.", http.Request.Method, http.Request.Path);
                return new ApiException(500, "internal_error", "Something went wrong here; the log has the details under the trace id.");
        }
    }

    private static ApiException DatabaseAway() =>
        new(503, "database_unavailable", "The database cannot be reached at the moment.") { RetryAfter = DependencyRetry };

    private static ApiException BlobsAway() =>
        new(503, "storage_unavailable", "Blob Storage cannot be reached at the moment.") { RetryAfter = DependencyRetry };
}
