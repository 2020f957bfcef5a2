using System.Buffers;
using System.Text.Json;
using Atelier.Problems;
using Microsoft.Net.Http.Headers;

namespace Atelier.Http;

/// <summary>Reads a JSON body within bounds, and says what is wrong with it.</summary>
/// <remarks>The hosts' own body binding answers anything that it cannot read with an empty 500.</remarks>
internal static class RequestBody
{
    /// <summary>The longest body that is read, in bytes.</summary>
    public const int MaxLength = 64 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Reads the body.</summary>
    /// <exception cref="ApiException">413 for a longer one; 400 for another content type, an empty one, or what is not JSON.</exception>
    public static async Task<JsonDocument> ReadJsonAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > MaxLength)
            throw TooLarge();

        byte[] buffer = ArrayPool<byte>.Shared.Rent(MaxLength + 1);
        try
        {
            int length = await ReadAsync(request.Body, buffer.AsMemory(0, MaxLength + 1), cancellationToken);
            // A byte order mark says what is known: the body is in UTF-8.
            int start = buffer.AsSpan(0, length).StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0;
            if (length == start)
                throw new ApiException(400, "missing_body", "The request needs a JSON body.");
            if (!IsJson(request.ContentType))
                throw new ApiException(400, "unsupported_content_type", "The content type must be application/json, in UTF-8.");
            // The document keeps the bytes that it is parsed from.
            return Parse(buffer.AsSpan(start, length - start).ToArray());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<int> ReadAsync(Stream body, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length > MaxLength ? throw TooLarge() : length;
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            return JsonDocument.Parse(utf8, Strict);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The second of them: a name that is half of a surrogate pair cannot be compared with the others. What has no place in the
            // text is what is right but for a name that is there already.
            string why = exception switch
            {
                JsonException { LineNumber: { } line, BytePositionInLine: { } position } => $" at line {line + 1}, byte {position + 1}",
                JsonException => ": an object has the same name twice",
                _ => ": a name is not valid Unicode text",
            };
            throw new ApiException(400, "malformed_json", $"The body is not valid JSON{why}.");
        }
    }

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? type)
        && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || (type.Type.Equals("application", StringComparison.OrdinalIgnoreCase)
                && type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase)))
        && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    private static ApiException TooLarge() =>
        new(StatusCodes.Status413PayloadTooLarge, "body_too_large", $"The body must not be longer than {MaxLength} bytes.");
}
