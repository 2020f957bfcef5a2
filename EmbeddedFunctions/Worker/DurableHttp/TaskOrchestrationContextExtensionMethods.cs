using EmbeddedFunctions.Http;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Http;

namespace Microsoft.DurableTask;

/// <summary>Requests as actions of an orchestration.</summary>
public static class TaskOrchestrationContextExtensionMethods
{
    /// <summary>Sends a request, as an activity does: at least once, and its answer is kept.</summary>
    /// <exception cref="TaskFailedException">There was no answer, none in time, or one that counts as a failure.</exception>
    public static Task<DurableHttpResponse> CallHttpAsync(this TaskOrchestrationContext context, DurableHttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.CallActivityAsync<DurableHttpResponse>(DurableHttp.ActivityName, request);
    }

    /// <summary>Sends a request, as an activity does: at least once, and its answer is kept.</summary>
    /// <exception cref="TaskFailedException">There was no answer, or one that counts as a failure.</exception>
    public static Task<DurableHttpResponse> CallHttpAsync(
        this TaskOrchestrationContext context, HttpMethod method, Uri uri, string? content = null, HttpRetryOptions? retryOptions = null) =>
        CallHttpAsync(context, new DurableHttpRequest(method, uri) { Content = content, HttpRetryOptions = retryOptions });
}
