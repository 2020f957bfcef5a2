using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Atelier.Generation.Failures;

namespace Atelier.Generation.Calls;

/// <summary>HTTP for providers that have no client package: answers within bounds, everything else as the one failure type.</summary>
/// <param name="client">The connections; it follows no redirect.</param>
/// <param name="failures">Says what a failure means.</param>
internal sealed class ProviderHttp(HttpClient client, FailureClassifier failures)
{
    /// <summary>Says whose call it is: a provider or proxy of one's own can tell calls apart by it.</summary>
    public const string PartHeader = "X-Campaign-Part";

    /// <summary>The longest JSON answer that is read, an image in base64 within it included.</summary>
    public const int MaxAnswer = 64 << 20;

    private const int MaxError = 64 << 10;

    /// <summary>Sends a request that is answered with JSON.</summary>
    /// <exception cref="GenerationException">The answer is no success, no JSON, or too long.</exception>
    public async Task<JsonDocument> ReadJsonAsync(string provider, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(provider, request, cancellationToken);
        if (!IsJson(response.Content.Headers.ContentType))
            throw failures.InvalidAnswer(provider, "The provider answered with something else than JSON");
        return JsonDocument.Parse(await ReadAsync(provider, response, MaxAnswer, cancellationToken));
    }

    /// <summary>Sends a request whose answer does not matter beyond its success.</summary>
    /// <exception cref="GenerationException">The answer is no success.</exception>
    public async Task TellAsync(string provider, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(provider, request, cancellationToken);
    }

    /// <summary>Sends a request and gives the answer as it begins, redirects among them.</summary>
    public Task<HttpResponseMessage> BeginAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    /// <summary>Reads an answer's body, up to a limit.</summary>
    /// <exception cref="GenerationException">It is longer.</exception>
    public async Task<byte[]> ReadAsync(string provider, HttpResponseMessage response, int limit, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > limit)
            throw failures.InvalidAnswer(provider, $"The provider's answer is longer than {limit >> 20} MiB");
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var read = new MemoryStream();
        var buffer = new byte[81920];
        int length;
        while ((length = await body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (read.Length + length > limit)
                throw failures.InvalidAnswer(provider, $"The provider's answer is longer than {limit >> 20} MiB");
            read.Write(buffer, 0, length);
        }

        return read.ToArray();
    }

    /// <summary>The failure that an answer other than success stands for.</summary>
    public async Task<GenerationException> FailureOfAsync(string provider, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        string? body = null;
        try
        {
            body = Encoding.UTF8.GetString(await ReadAsync(provider, response, MaxError, cancellationToken));
        }
        catch (Exception e) when (e is GenerationException or HttpRequestException or IOException)
        {
            // The status says enough.
        }

        return failures.FromResponse(provider, (int)response.StatusCode, name => HeaderOf(response, name), body);
    }

    private async Task<HttpResponseMessage> SendAsync(string provider, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await BeginAsync(request, cancellationToken);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw await FailureOfAsync(provider, response, cancellationToken);
    }

    private static string? HeaderOf(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    private static bool IsJson(MediaTypeHeaderValue? type) =>
        type?.MediaType is { } media && (media.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || media.EndsWith("+json", StringComparison.OrdinalIgnoreCase));
}
