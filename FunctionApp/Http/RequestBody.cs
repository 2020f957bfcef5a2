using System.Text.Json;
using Atelier.Problems;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Atelier.Http;

/// <summary>Reads a body within the limits of <see cref="RequestSize"/>, with precise errors.</summary>
/// <remarks>The hosts' own body binding responds with an empty 500 to anything that it cannot read.</remarks>
internal static class RequestBody
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Reads a body of JSON.</summary>
    /// <exception cref="ApiException">413 for a longer one; 400 for another content type, an empty one, or what is not JSON.</exception>
    public static async Task<JsonDocument> ReadJsonAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> body = await ReadAsync(request, RequestSize.MaxJsonBody, cancellationToken);
        // A byte order mark is redundant: the body is in UTF-8.
        if (body.Span.StartsWith(ByteOrderMark))
            body = body[ByteOrderMark.Length..];
        if (body.IsEmpty)
            throw new ApiException(400, "missing_body", "The request needs a JSON body.");
        if (!IsJson(request.ContentType))
            throw new ApiException(400, "unsupported_content_type", "The content type must be application/json, in UTF-8.");
        return Parse(body);
    }

    /// <summary>Reads a body as it came.</summary>
    /// <param name="request">The request.</param>
    /// <param name="maxLength">The longest body that is accepted, in bytes.</param>
    /// <param name="cancellationToken">The caller has left.</param>
    /// <exception cref="ApiException">413: it is longer.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, int maxLength, CancellationToken cancellationToken)
    {
        if (request.ContentLength > maxLength)
            throw TooLarge(maxLength);
        // The server's own limit, 30 MB on both hosts, would refuse longer bodies; the loop below counts instead.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null;

        // The buffer grows with the bytes received, not with the announced length.
        var body = new MemoryStream();
        byte[] buffer = new byte[16 << 10];
        int length;
        while ((length = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (body.Length + length > maxLength)
                throw TooLarge(maxLength);
            body.Write(buffer, 0, length);
        }
        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            return JsonDocument.Parse(utf8, Strict);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a name with half of a surrogate pair cannot be compared with the others. A JsonException without
            // a position: an object has the same name twice.
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

    private static ApiException TooLarge(int maxLength) =>
        new(StatusCodes.Status413PayloadTooLarge, "body_too_large", $"The body must not be longer than {maxLength} bytes.");
}
