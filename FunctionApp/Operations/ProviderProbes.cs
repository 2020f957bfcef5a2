using System.Collections.Concurrent;
using Atelier.Generation;

namespace Atelier.Operations;

/// <summary>Sees whether each provider answers at all, at most twice a minute however often it is asked, and without cost.</summary>
/// <remarks>
/// A request without credentials to the provider's base address: any HTTP answer, a refusal too, shows that the way there is open. What a
/// key may do is only known from a paid call.
/// </remarks>
public sealed class ProviderProbes(IReadOnlyList<ProviderAddress> providers, TimeProvider timeProvider, ILogger<ProviderProbes> logger) : IDisposable
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) });
    private readonly ConcurrentDictionary<string, Probe> _last = new(StringComparer.Ordinal);

    /// <summary>How each provider is, as known for at most 30 s.</summary>
    public Task<ReadinessCheck[]> CheckAsync() => Task.WhenAll(providers.Select(CheckAsync));

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private Task<ReadinessCheck> CheckAsync(ProviderAddress provider) => _last.AddOrUpdate(
        provider.Name,
        _ => Begin(provider),
        (_, last) => timeProvider.GetElapsedTime(last.At) < Freshness ? last : Begin(provider)).Check.Value;

    // Lazy: of several that are made at once only the one that is kept calls. It ends for nobody's leaving, as others wait for it too.
    private Probe Begin(ProviderAddress provider) => new(
        timeProvider.GetTimestamp(),
        new Lazy<Task<ReadinessCheck>>(() => ReadinessCheck.RunAsync(
            $"provider:{provider.Name}", token => CallAsync(provider.Endpoint, token), timeProvider, logger, CancellationToken.None)));

    private async Task CallAsync(Uri endpoint, CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await _http.GetAsync(endpoint, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    private sealed record Probe(long At, Lazy<Task<ReadinessCheck>> Check);
}
