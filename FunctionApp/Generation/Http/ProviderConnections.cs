using System.ClientModel.Primitives;

namespace Atelier.Generation.Http;

/// <summary>The connections to all providers, for client packages and for <see cref="Calls.ProviderHttp"/> alike. No response is read beyond its limit.</summary>
internal sealed class ProviderConnections : IDisposable
{
    // A host name must be resolved again from time to time: providers change their addresses.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    /// <summary>Makes the connections; nothing is called yet.</summary>
    /// <param name="limits">How long responses may be.</param>
    public ProviderConnections(ResponseLimits limits)
    {
        var connections = new SocketsHttpHandler
        {
            PooledConnectionLifetime = ConnectionLifetime,
            ConnectTimeout = ConnectTimeout,
            // A redirect would send prompts, and with some services keys, to another host.
            AllowAutoRedirect = false,
        };
        // Each call has its own deadline.
        Client = new HttpClient(new BoundedResponses(connections)) { Timeout = Timeout.InfiniteTimeSpan };
        ForTexts = new Transport(Client, BoundedResponses.TextLimit);
        ForImages = new Transport(Client, limits.EncodedImage);
    }

    /// <summary>The HTTP client.</summary>
    public HttpClient Client { get; }

    /// <summary>For client packages whose responses hold a text.</summary>
    public PipelineTransport ForTexts { get; }

    /// <summary>For client packages whose responses hold an image.</summary>
    public PipelineTransport ForImages { get; }

    /// <inheritdoc/>
    public void Dispose() => Client.Dispose();

    private sealed class Transport(HttpClient client, long limit) : HttpClientPipelineTransport(client)
    {
        protected override void OnSendingRequest(PipelineMessage message, HttpRequestMessage httpRequest) =>
            httpRequest.Options.Set(BoundedResponses.Limit, limit);
    }
}
