using System.Text;
using Azure.Core.Serialization;

namespace Microsoft.Azure.Functions.Worker.Http;

/// <summary>Writes responses.</summary>
/// <remarks>What blocks needs a server that was told to allow synchronous writes, and fails with any other: prefer what can be awaited.</remarks>
public static class HttpResponseDataExtensions
{
    private const string Json = "application/json; charset=utf-8";

    /// <summary>Writes text, in UTF-8 unless another encoding is given.</summary>
    /// <exception cref="InvalidOperationException">The server does not allow synchronous writes.</exception>
    public static void WriteString(this HttpResponseData response, string value, Encoding? encoding = null)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(value);
        response.Body.Write((encoding ?? Encoding.UTF8).GetBytes(value));
    }

    /// <summary>Writes text, in UTF-8 unless another encoding is given.</summary>
    public static Task WriteStringAsync(this HttpResponseData response, string value, Encoding? encoding = null) =>
        WriteStringAsync(response, value, CancellationToken.None, encoding);

    /// <summary>Writes text, in UTF-8 unless another encoding is given.</summary>
    public static Task WriteStringAsync(
        this HttpResponseData response, string value, CancellationToken cancellationToken, Encoding? encoding = null)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(value);
        return response.Body.WriteAsync((encoding ?? Encoding.UTF8).GetBytes(value), cancellationToken).AsTask();
    }

    /// <summary>Writes a value as JSON by the worker's serializer, with the content type <c>application/json; charset=utf-8</c>.</summary>
    /// <exception cref="FormatException">The response has a content type already.</exception>
    public static ValueTask WriteAsJsonAsync<T>(this HttpResponseData response, T? instance, CancellationToken cancellationToken = default) =>
        WriteAsJsonAsync(response, instance, Json, cancellationToken);

    /// <summary>Writes a value as JSON by the worker's serializer.</summary>
    /// <exception cref="FormatException">The response has a content type already.</exception>
    public static ValueTask WriteAsJsonAsync<T>(
        this HttpResponseData response, T? instance, string contentType, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(response);
        return WriteAsJsonAsync(response, instance, WorkerOptions.SerializerOf(response.FunctionContext), contentType, cancellationToken);
    }

    /// <summary>Writes a value as JSON by the given serializer, with the content type <c>application/json; charset=utf-8</c>.</summary>
    /// <exception cref="FormatException">The response has a content type already.</exception>
    public static ValueTask WriteAsJsonAsync<T>(
        this HttpResponseData response, T? instance, ObjectSerializer serializer, CancellationToken cancellationToken = default) =>
        WriteAsJsonAsync(response, instance, serializer, Json, cancellationToken);

    /// <summary>Writes a value as JSON by the given serializer.</summary>
    /// <exception cref="FormatException">The response has a content type already.</exception>
    public static ValueTask WriteAsJsonAsync<T>(
        this HttpResponseData response, T? instance, ObjectSerializer serializer, string contentType, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(serializer);
        ArgumentNullException.ThrowIfNull(contentType);

        // A second content type is an error officially: not one that shows itself only there.
        response.Headers.Add("Content-Type", contentType);
        return serializer.SerializeAsync(response.Body, instance, typeof(T), cancellationToken);
    }

    /// <summary>Writes bytes.</summary>
    /// <exception cref="InvalidOperationException">The server does not allow synchronous writes.</exception>
    public static void WriteBytes(this HttpResponseData response, byte[] value)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(value);
        response.Body.Write(value);
    }

    /// <summary>Writes bytes.</summary>
    public static Task WriteBytesAsync(this HttpResponseData response, byte[] value) =>
        WriteBytesAsync(response, value, CancellationToken.None);

    /// <summary>Writes bytes.</summary>
    public static Task WriteBytesAsync(this HttpResponseData response, byte[] value, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(value);
        return response.Body.WriteAsync(value, cancellationToken).AsTask();
    }
}
