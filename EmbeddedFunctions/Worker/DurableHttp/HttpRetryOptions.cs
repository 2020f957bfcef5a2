using System.Net;
using System.Text.Json.Serialization;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Http;

/// <summary>Which answers to an orchestration's request count as failures.</summary>
/// <remarks>As in the extension of this surface nothing repeats the request: a failure is thrown to the orchestrator, which may.</remarks>
public class HttpRetryOptions
{
    private static readonly TimeSpan LongestInterval = TimeSpan.FromDays(6);

    /// <summary>Names statuses that are failures; none for all of 400 and above.</summary>
    public HttpRetryOptions(IList<HttpStatusCode>? statusCodesToRetry = null) => StatusCodesToRetry = statusCodesToRetry ?? [];

    /// <summary>The first delay.</summary>
    public TimeSpan FirstRetryInterval { get; set; }

    /// <summary>The longest delay. Default is six days.</summary>
    public TimeSpan MaxRetryInterval { get; set; } = LongestInterval;

    /// <summary>What each delay is multiplied by. Default is 1.</summary>
    public double BackoffCoefficient { get; set; } = 1;

    /// <summary>How long there are retries. Default is for ever.</summary>
    public TimeSpan RetryTimeout { get; set; } = TimeSpan.MaxValue;

    /// <summary>Attempts in all.</summary>
    public int MaxNumberOfAttempts { get; set; }

    /// <summary>Statuses that are failures; none for all of 400 and above.</summary>
    [JsonPropertyName("StatusCodesToRetry")]
    public IList<HttpStatusCode> StatusCodesToRetry { get; }
}
