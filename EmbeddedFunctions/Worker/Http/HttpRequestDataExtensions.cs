using System.Net;
using System.Text;
using Azure.Core.Serialization;

namespace Microsoft.Azure.Functions.Worker.Http;

/// <summary>Reads requests.</summary>
public static class HttpRequestDataExtensions
{
    /// <summary>The rest of the body as text, in UTF-8 unless another encoding is given.</summary>
    public static async Task<string?> ReadAsStringAsync(this HttpRequestData request, Encoding? encoding = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var reader = ReaderOf(request, encoding);
        return await reader.ReadToEndAsync();
    }

    /// <summary>The rest of the body as text, in UTF-8 unless another encoding is given.</summary>
    /// <remarks>Prefer <see cref="ReadAsStringAsync"/>: this one blocks, and the server must have been told to allow that.</remarks>
    /// <exception cref="InvalidOperationException">The server does not allow synchronous reads.</exception>
    public static string? ReadAsString(this HttpRequestData request, Encoding? encoding = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var reader = ReaderOf(request, encoding);
        return reader.ReadToEnd();
    }

    /// <summary>The body as JSON, read by the worker's serializer: names match in any case unless another one was set.</summary>
    /// <exception cref="System.Text.Json.JsonException">It is not JSON, or does not fit the type.</exception>
    public static ValueTask<T?> ReadFromJsonAsync<T>(this HttpRequestData request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return ReadFromJsonAsync<T>(request, WorkerOptions.SerializerOf(request.FunctionContext), cancellationToken);
    }

    /// <summary>The body as JSON, read by the given serializer.</summary>
    public static async ValueTask<T?> ReadFromJsonAsync<T>(
        this HttpRequestData request, ObjectSerializer serializer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(serializer);
        return await serializer.DeserializeAsync(request.Body, typeof(T), cancellationToken) is { } value ? (T)value : default;
    }

    /// <summary>Makes a response with a status.</summary>
    public static HttpResponseData CreateResponse(this HttpRequestData request, HttpStatusCode statusCode)
    {
        ArgumentNullException.ThrowIfNull(request);
        var response = request.CreateResponse();
        response.StatusCode = statusCode;
        return response;
    }

    private static StreamReader ReaderOf(HttpRequestData request, Encoding? encoding) =>
        new(request.Body, encoding ?? Encoding.UTF8, leaveOpen: true);
}
