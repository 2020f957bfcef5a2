using Atelier.Generation.Failures;
using Atelier.Generation.Http;

namespace Atelier.Generation.Calls;

/// <summary>HTTP for providers that have no client package.</summary>
/// <param name="connections">The connections.</param>
/// <param name="failures">Maps failures to their codes.</param>
/// <param name="limits">How long responses may be.</param>
internal sealed class ProviderHttp(ProviderConnections connections, FailureClassifier failures, ResponseLimits limits)
{
    /// <summary>Names campaign and part, so that a self-hosted provider or proxy can distinguish calls.</summary>
    public const string PartHeader = "X-Campaign-Part";

    /// <summary>Sends a request whose response is short.</summary>
    /// <exception cref="GenerationException">The response is no success.</exception>
    public Task<ProviderResponse> SendAsync(string provider, HttpRequestMessage request, CancellationToken cancellationToken) =>
        SendAsync(provider, request, BoundedResponses.TextLimit, cancellationToken);

    /// <summary>Sends a request whose response may hold an image.</summary>
    /// <exception cref="GenerationException">The response is no success.</exception>
    public Task<ProviderResponse> SendForImageAsync(string provider, HttpRequestMessage request, CancellationToken cancellationToken) =>
        SendAsync(provider, request, limits.EncodedImage, cancellationToken);

    /// <summary>Sends a request for an image itself, and gives the response as it begins, redirects among them.</summary>
    public Task<HttpResponseMessage> BeginDownloadAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Options.Set(BoundedResponses.Limit, limits.Image);
        return connections.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    private async Task<ProviderResponse> SendAsync(string provider, HttpRequestMessage request, long limit, CancellationToken cancellationToken)
    {
        request.Options.Set(BoundedResponses.Limit, limit);
        using var message = await connections.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        var response = await ProviderResponse.ReadAsync(message, cancellationToken);
        return response.IsSuccess ? response : throw failures.FromResponse(provider, response);
    }
}
