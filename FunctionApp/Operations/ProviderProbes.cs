using System.Collections.Concurrent;
using Atelier.Generation;
using Atelier.Outages;

namespace Atelier.Operations;

/// <summary>Checks whether each provider responds at all, at most twice a minute, and without cost.</summary>
/// <remarks>
/// A request without credentials to the provider's base address: any HTTP response, even a refusal, shows that it can be reached. What a
/// key may do is only known from a paid call.
/// </remarks>
public sealed class ProviderProbes(IReadOnlyList<ProviderAddress> providers, TimeProvider timeProvider, OutageMonitor outages) : IDisposable
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) });
    private readonly ConcurrentDictionary<string, Probe> _last = new(StringComparer.Ordinal);

    /// <summary>The status of each provider, at most 30 s old.</summary>
    public Task<ReadinessCheck[]> CheckAsync() => Task.WhenAll(providers.Select(CheckAsync));

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private Task<ReadinessCheck> CheckAsync(ProviderAddress provider) => _last.AddOrUpdate(
        provider.Name,
        _ => Begin(provider),
        (_, last) => timeProvider.GetElapsedTime(last.At) < Freshness ? last : Begin(provider)).Check.Value;

    // Lazy: of several created at once only the one that is stored makes the call. No caller's disconnect ends it, as others may wait for it.
    private Probe Begin(ProviderAddress provider) => new(
        timeProvider.GetTimestamp(),
        new Lazy<Task<ReadinessCheck>>(() => ReadinessCheck.RunAsync(
            $"provider:{provider.Name}", token => CallAsync(provider.Endpoint, token), timeProvider, outages, CancellationToken.None)));

    private async Task CallAsync(Uri endpoint, CancellationToken cancellationToken)
    {
        using var response = await _http.GetAsync(endpoint, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    private sealed record Probe(long At, Lazy<Task<ReadinessCheck>> Check);
}
