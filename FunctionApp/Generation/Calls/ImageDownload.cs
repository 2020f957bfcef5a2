using System.Net;
using Atelier.Generation.Failures;
using Atelier.Images;

namespace Atelier.Generation.Calls;

/// <summary>Fetches images from the addresses that a provider gives, from hosts that are known, within a size, and takes nothing but images.</summary>
/// <param name="http">The connections.</param>
/// <param name="failures">Says what a failure means.</param>
/// <param name="hosts">
/// The hosts that images may come from, each with its subdomains where it begins with a dot. An address is what a provider says, and a
/// provider that is fooled must not make this application call into its own network.
/// </param>
/// <param name="endpoint">The provider's own address: images may come from there too, and unencrypted only where it is so itself.</param>
internal sealed class ImageDownload(ProviderHttp http, FailureClassifier failures, IReadOnlyList<string> hosts, Uri endpoint)
{
    /// <summary>The largest image that is taken, in bytes.</summary>
    public const int MaxBytes = 40 << 20;

    private const int MaxRedirects = 3;

    /// <summary>Fetches an image.</summary>
    /// <exception cref="GenerationException">The address is not allowed, answers with a failure, or holds no image of a known kind and size.</exception>
    public async Task<(byte[] Bytes, ImageHeader Header)> RunAsync(string provider, string address, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url))
            throw failures.InvalidAnswer(provider, "The provider gave no address for the image");
        for (var redirects = 0; redirects <= MaxRedirects; redirects++)
        {
            if (!IsAllowed(url))
                throw failures.InvalidAnswer(provider, $"The provider's image is at a place that is not allowed ({url.Scheme}://{url.Host})");
            // No key is sent: what stores the images is another service.
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            using var response = await http.BeginAsync(request, cancellationToken);
            if (IsRedirect(response.StatusCode) && response.Headers.Location is { } next)
            {
                url = new Uri(url, next);
                continue;
            }

            // An address that has expired comes with a new order, not with another try: the answer was of no use.
            if ((int)response.StatusCode is 403 or 404 or 410)
                throw failures.InvalidAnswer(provider, $"The provider's image is not where it said (HTTP {(int)response.StatusCode})");
            if (!response.IsSuccessStatusCode)
                throw await http.FailureOfAsync(provider, response, cancellationToken);
            var bytes = await http.ReadAsync(provider, response, MaxBytes, cancellationToken);
            return ImageHeader.Read(bytes) is { } header
                ? (bytes, header)
                : throw failures.InvalidAnswer(provider, "The provider's address holds no PNG, JPEG or WebP image");
        }

        throw failures.InvalidAnswer(provider, $"The provider's image is more than {MaxRedirects} redirects away");
    }

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
