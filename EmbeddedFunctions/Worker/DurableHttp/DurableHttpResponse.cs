using System.Net;
using System.Text.Json.Serialization;
using EmbeddedFunctions.Http;
using Microsoft.Extensions.Primitives;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Http;

/// <summary>The answer to an orchestration's request.</summary>
public class DurableHttpResponse
{
    /// <summary>Makes an answer.</summary>
    public DurableHttpResponse(HttpStatusCode statusCode) => StatusCode = statusCode;

    /// <summary>The status.</summary>
    [JsonPropertyName("statusCode")]
    public HttpStatusCode StatusCode { get; }

    /// <summary>The headers, those of the content included.</summary>
    [JsonPropertyName("headers")]
    [JsonConverter(typeof(HttpHeadersJson))]
    public IDictionary<string, StringValues>? Headers { get; init; }

    /// <summary>The body.</summary>
    [JsonPropertyName("content")]
    public string? Content { get; init; }
}
