using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using Atelier.Problems;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Atelier.Http;

/// <summary>Reads a body within the limits of <see cref="RequestSize"/>, with precise errors.</summary>
/// <remarks>The hosts' own body binding responds with an empty 500 to anything that it cannot read.</remarks>
internal static class RequestBody
{
    /// <summary>Takes a piece of a body.</summary>
    public delegate void PieceTaker(ReadOnlySpan<byte> piece);

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    private const int BufferSize = 16 << 10;

    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(10);

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Reads a body of JSON.</summary>
    /// <exception cref="ApiException">413 for a longer one; 400 for another content type, an empty one, or what is not JSON.</exception>
    public static async Task<JsonDocument> ReadJsonAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        // It grows with the bytes received, not with the announced length.
        var received = new MemoryStream();
        await ReadAsync(request, request.Body, RequestSize.MaxJsonBody, received.Write, cancellationToken);
        ReadOnlyMemory<byte> body = received.GetBuffer().AsMemory(0, (int)received.Length);
        // A byte order mark is redundant: the body is in UTF-8.
        if (body.Span.StartsWith(ByteOrderMark))
            body = body[ByteOrderMark.Length..];
        if (body.IsEmpty)
            throw new ApiException(400, "missing_body", "The request needs a JSON body.");
        if (!IsJson(request.ContentType))
            throw new ApiException(400, "unsupported_content_type", "The content type must be application/json, in UTF-8.");
        return Parse(body);
    }

    /// <summary>Reads a body to its end.</summary>
    /// <param name="request">The request.</param>
    /// <param name="body">Its body, or a stream over that.</param>
    /// <param name="maxLength">The longest body that is accepted, in bytes.</param>
    /// <param name="take">Takes each piece as it arrives.</param>
    /// <param name="cancellationToken">The caller has left.</param>
    /// <exception cref="ApiException">413: it is longer.</exception>
    public static async Task ReadAsync(HttpRequest request, Stream body, int maxLength, PieceTaker take, CancellationToken cancellationToken)
    {
        CheckLength(request, maxLength);
        // The server's own limit, 30 MB on both hosts, would refuse longer bodies; the loop below counts instead.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null;

        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            long total = 0;
            int length;
            while ((length = await body.ReadAsync(buffer, cancellationToken)) > 0)
            {
                total += length;
                if (total > maxLength)
                    throw TooLarge(maxLength);
                take(buffer.AsSpan(0, length));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Checks how a request is transferred: only in chunks, if it has a transfer coding at all (RFC 9112, section 6.1).</summary>
    /// <exception cref="ApiException">501: the coding is another one.</exception>
    public static void CheckTransferCoding(HttpRequest request)
    {
        var coding = request.Headers.TransferEncoding.ToString();
        if (coding.Length > 0 && !coding.Equals("chunked", StringComparison.OrdinalIgnoreCase))
            throw new ApiException(StatusCodes.Status501NotImplemented, "unsupported_transfer_coding", "The only transfer coding that is understood is chunked.");
    }

    /// <summary>Checks the announced length of a body.</summary>
    /// <exception cref="ApiException">413: it is longer.</exception>
    public static void CheckLength(HttpRequest request, int maxLength)
    {
        if (request.ContentLength > maxLength)
            throw TooLarge(maxLength);
    }

    /// <summary>
    /// Reads what is left of a refused request's body and keeps none of it, for some seconds at most. The Functions host is still sending the body
    /// to the app; a response before its end would become an empty 500 there.
    /// </summary>
    public static async Task DrainAsync(HttpRequest request)
    {
        // A client that waits for 100 Continue has not sent the body, and must not be asked for it.
        if (request.Headers.Expect.Count > 0 || request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
            return;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(request.HttpContext.RequestAborted);
        deadline.CancelAfter(DrainTime);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (await request.Body.ReadAsync(buffer, deadline.Token) > 0)
            {
                // Only the end of the body matters.
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The client has left, sends no more or no proper HTTP: the response is sent now.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            if (!Utf8.IsValid(utf8.Span))
                throw new ApiException(400, "malformed_json", "The body is not valid JSON: it is not in UTF-8.");
            var document = JsonDocument.Parse(utf8, Strict);
            ReadNames(document.RootElement);
            return document;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a name with half of a surrogate pair cannot be compared with the others. A JsonException without
            // a position: an object has the same name twice.
            var why = exception switch
            {
                JsonException { LineNumber: { } line, BytePositionInLine: { } position } => $" at line {line + 1}, byte {position + 1}",
                JsonException => ": an object has the same name twice",
                _ => ": a name is not valid Unicode text",
            };
            throw new ApiException(400, "malformed_json", $"The body is not valid JSON{why}.");
        }
    }

    // JSON can spell half of a surrogate pair, and reading such a name throws: it must throw here and not where fields are looked up.
    private static void ReadNames(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in element.EnumerateObject())
            {
                _ = member.Name;
                ReadNames(member.Value);
            }
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
                ReadNames(item);
        }
    }

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || (type.Type.Equals("application", StringComparison.OrdinalIgnoreCase)
                && type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase)))
        && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    private static ApiException TooLarge(int maxLength) =>
        new(StatusCodes.Status413PayloadTooLarge, "body_too_large", $"The body must not be longer than {maxLength} bytes.");
}
