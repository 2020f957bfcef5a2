using System.Buffers;
using System.Buffers.Text;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Atelier.Generation.Failures;
using Atelier.Generation.Http;
using Atelier.Images;

namespace Atelier.Generation.Calls;

/// <summary>
/// Reads images in the forms that providers send: base64, a <c>data:</c> URL, or an address. Only addresses on allowed hosts are followed, and
/// anything that is too large, or not an image with a width and a height, is refused.
/// </summary>
/// <param name="provider">The provider's name.</param>
/// <param name="http">The connections.</param>
/// <param name="limits">How large an image may be.</param>
/// <param name="failures">Maps failures to their codes.</param>
/// <param name="hosts">
/// The hosts that images may come from, each with its subdomains where it begins with a dot. The address comes from the provider, and a
/// compromised provider must not make this application call into its own network.
/// </param>
/// <param name="endpoint">The provider's own address: images may come from there too, and without TLS only if the endpoint has none either.</param>
internal sealed class ProviderImages(
    string provider, ProviderHttp http, ResponseLimits limits, FailureClassifier failures, IReadOnlyList<string> hosts, Uri endpoint)
{
    private const int MaxRedirects = 3;

    private static ReadOnlySpan<byte> DataScheme => "data:"u8;

    private static ReadOnlySpan<byte> Base64Mark => ";base64"u8;

    /// <summary>Whether this is an image by its scheme: an address, or a <c>data:</c> URL.</summary>
    public static bool IsImage(JsonElement value) =>
        AddressIn(value) is not null || (value.ValueKind == JsonValueKind.String && StartsWith(TextOf(value), DataScheme));

    /// <summary>The address of an image that is to be fetched; null where this is something else.</summary>
    public static string? AddressIn(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && StartsWith(TextOf(value), "http"u8)
        && value.GetString() is { } text && Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? text
            : null;

    /// <summary>Reads an image in any of these forms.</summary>
    /// <param name="value">A string.</param>
    /// <param name="model">The model that made it.</param>
    /// <param name="usage">What it cost.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="GenerationException">It cannot be fetched, is not an image, or is too large.</exception>
    public async Task<GeneratedImage> ReadAsync(JsonElement value, string model, TokenUsage? usage, CancellationToken cancellationToken) =>
        AddressIn(value) is { } address
            ? await FetchAsync(address, model, usage, cancellationToken)
            : Decode(value, model, usage);

    /// <summary>Reads an image in base64, with or without a <c>data:</c> prefix.</summary>
    /// <exception cref="GenerationException">It is not an image, or too large.</exception>
    public GeneratedImage Decode(JsonElement value, string model, TokenUsage? usage)
    {
        if (value.ValueKind != JsonValueKind.String || BytesOf(value) is not { Length: > 0 } bytes)
            throw failures.Unusable(provider, "The provider's response has an image that cannot be decoded");
        return Image(bytes, model, usage);
    }

    /// <summary>Fetches an image.</summary>
    /// <exception cref="GenerationException">The address is not allowed or fails, or what it returns is no image of a known kind and size.</exception>
    public async Task<GeneratedImage> FetchAsync(string address, string model, TokenUsage? usage, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url))
            throw failures.Unusable(provider, "The provider's response has no address for the image");
        for (var redirects = 0; redirects <= MaxRedirects; redirects++)
        {
            if (!IsAllowed(url))
                throw failures.Unusable(provider, $"The provider's image is at an address that is not allowed ({url.Scheme}://{url.Host})");
            // No key is sent: the images are stored by another service.
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            using var message = await http.BeginDownloadAsync(request, cancellationToken);
            if (IsRedirect(message.StatusCode) && message.Headers.Location is { } next)
            {
                url = new Uri(url, next);
                continue;
            }

            // An expired address (400, 403, 404 or 410, depending on the storage) needs a new order; fetching it again does not help.
            if (!message.IsSuccessStatusCode && FailureTable.RuleOf(FailureTable.ByStatus((int)message.StatusCode)) == RetryRule.Never)
                throw failures.Empty(provider, $"The provider's image is not at its address (HTTP {(int)message.StatusCode})");
            var response = await ProviderResponse.ReadAsync(message, cancellationToken);
            return response.IsSuccess ? Image(response.Body, model, usage) : throw failures.FromResponse(provider, response);
        }

        throw failures.Unusable(provider, $"The provider's image is more than {MaxRedirects} redirects away");
    }

    private GeneratedImage Image(ReadOnlyMemory<byte> bytes, string model, TokenUsage? usage)
    {
        if (bytes.Length > limits.Image)
            throw failures.Unusable(provider, $"The provider's image is larger than {limits.Image:N0} bytes");
        return ImageHeader.Read(bytes.Span) is { Width: { } width, Height: { } height } header
            ? new GeneratedImage(bytes, header.ContentType, width, height, model, usage)
            : throw failures.Unusable(provider, "The provider's image is not a PNG, JPEG or WebP image");
    }

    private static Memory<byte>? BytesOf(JsonElement value)
    {
        var text = TextOf(value);
        if (StartsWith(text, DataScheme))
        {
            var comma = text.IndexOf((byte)',');
            if (comma < 0 || !Ascii.EqualsIgnoreCase(text[..comma][^Math.Min(comma, Base64Mark.Length)..], Base64Mark))
                return null;
            text = text[(comma + 1)..];
        }

        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        return Base64.DecodeFromUtf8(text, bytes, out _, out var length) == OperationStatus.Done ? bytes.AsMemory(0, length) : null;
    }

    // As the original bytes: a string of an image would take twice the memory.
    private static ReadOnlySpan<byte> TextOf(JsonElement value)
    {
        var raw = JsonMarshal.GetRawUtf8Value(value)[1..^1];
        return raw.Contains((byte)'\\') ? Encoding.UTF8.GetBytes(value.GetString()!) : raw;
    }

    private static bool StartsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> start) =>
        text.Length >= start.Length && Ascii.EqualsIgnoreCase(text[..start.Length], start);

    private bool IsAllowed(Uri url)
    {
        if (url.UserInfo.Length > 0 || (url.Scheme != Uri.UriSchemeHttps && (url.Scheme != Uri.UriSchemeHttp || endpoint.Scheme != Uri.UriSchemeHttp)))
            return false;
        if (string.Equals(url.Authority, endpoint.Authority, StringComparison.OrdinalIgnoreCase))
            return true;
        return hosts.Any(host => host.StartsWith('.')
            ? url.Host.EndsWith(host, StringComparison.OrdinalIgnoreCase) || string.Equals(url.Host, host[1..], StringComparison.OrdinalIgnoreCase)
            : string.Equals(url.Host, host, StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsRedirect(HttpStatusCode status) => (int)status is 301 or 302 or 303 or 307 or 308;
}
