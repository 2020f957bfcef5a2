using System.Text.Json.Serialization;
using EmbeddedFunctions.Http;
using Microsoft.Extensions.Primitives;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Http;

/// <summary>A request that an orchestration sends, once and for all: its answer is kept like an activity's result.</summary>
public class DurableHttpRequest
{
    /// <summary>Makes a request.</summary>
    public DurableHttpRequest(HttpMethod method, Uri uri)
    {
        Method = method;
        Uri = uri;
    }

    /// <summary>The method.</summary>
    [JsonPropertyName("method")]
    [JsonConverter(typeof(HttpMethodJson))]
    public HttpMethod Method { get; }

    /// <summary>The address.</summary>
    [JsonPropertyName("uri")]
    public Uri Uri { get; }

    /// <summary>The headers, those of the content included.</summary>
    [JsonPropertyName("headers")]
    [JsonConverter(typeof(HttpHeadersJson))]
    public IDictionary<string, StringValues>? Headers { get; set; }

    /// <summary>The body; <c>text/plain</c> unless a header says otherwise.</summary>
    [JsonPropertyName("content")]
    public string? Content { get; set; }

    /// <summary>Whether a 202 is to be followed to its end. Nothing does that: its answer is what the orchestration gets.</summary>
    [JsonPropertyName("asynchronousPatternEnabled")]
    public bool AsynchronousPatternEnabled { get; set; }

    /// <summary>Which answers count as failures; <see langword="null"/> for none.</summary>
    [JsonPropertyName("retryOptions")]
    public HttpRetryOptions? HttpRetryOptions { get; set; }

    /// <summary>How long the answer may take; <see langword="null"/> for 100 s.</summary>
    [JsonPropertyName("timeout")]
    public TimeSpan? Timeout { get; set; }
}
