using System.Text;
using System.Text.Json;
using EmbeddedFunctions.Http;

namespace Microsoft.Azure.Functions.Worker.Http;

/// <summary>Writes responses.</summary>
public static class HttpResponseDataExtensions
{
    /// <summary>Writes text, in UTF-8 unless another encoding is given.</summary>
    public static Task WriteStringAsync(this HttpResponseData response, string value, Encoding? encoding = null) =>
        WriteStringAsync(response, value, CancellationToken.None, encoding);

    /// <summary>Writes text, in UTF-8 unless another encoding is given.</summary>
    public static Task WriteStringAsync(
        this HttpResponseData response, string value, CancellationToken cancellationToken, Encoding? encoding = null)
    {
        ArgumentNullException.ThrowIfNull(response);
        return response.Body.WriteAsync((encoding ?? Encoding.UTF8).GetBytes(value), cancellationToken).AsTask();
    }

    /// <summary>Writes a value as JSON, with names as declared and the content type <c>application/json; charset=utf-8</c>.</summary>
    public static ValueTask WriteAsJsonAsync<T>(this HttpResponseData response, T? instance, CancellationToken cancellationToken = default) =>
        WriteAsJsonAsync(response, instance, "application/json; charset=utf-8", cancellationToken);

    /// <summary>Writes a value as JSON, with names as declared.</summary>
    public static ValueTask WriteAsJsonAsync<T>(
        this HttpResponseData response, T? instance, string contentType, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(response);
        response.Headers.Remove("Content-Type");
        response.Headers.TryAddWithoutValidation("Content-Type", contentType);
        return response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(instance, WorkerJson.Options), cancellationToken);
    }

    /// <summary>Writes bytes.</summary>
    public static Task WriteBytesAsync(this HttpResponseData response, byte[] value) =>
        WriteBytesAsync(response, value, CancellationToken.None);

    /// <summary>Writes bytes.</summary>
    public static Task WriteBytesAsync(this HttpResponseData response, byte[] value, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(response);
        return response.Body.WriteAsync(value, cancellationToken).AsTask();
    }
}
