using Atelier.Generation.Callbacks;
using Atelier.Generation.Calls;
using Atelier.Generation.Failures;
using Atelier.Generation.Http;

namespace Atelier.Generation;

/// <summary>
/// Collects what the configured providers offer, before the application starts: each provider's folder adds itself here, and
/// <see cref="GenerationServices"/> lists the folders.
/// </summary>
internal sealed class ProviderRegistry
{
    private readonly List<Offer<ITextGenerator>> _text = [];
    private readonly List<Offer<IImageGenerator>> _image = [];
    private readonly List<Offer<IAsyncImageGenerator>> _asyncImage = [];
    private readonly List<Secret> _secrets = [];
    private readonly List<ProviderAddress> _addresses = [];

    /// <summary>The names of the providers of text, in the order in which they were added.</summary>
    public IEnumerable<string> TextProviders => _text.Select(o => o.Name);

    /// <summary>The names of the providers of images, in the order in which they were added.</summary>
    public IEnumerable<string> ImageProviders => _image.Select(o => o.Name).Concat(_asyncImage.Select(o => o.Name));

    /// <summary>Every key and password of the providers.</summary>
    public IReadOnlyList<Secret> Secrets => _secrets;

    /// <summary>Where each provider is.</summary>
    public IReadOnlyList<ProviderAddress> Addresses => _addresses;

    /// <summary>Adds a provider's address, which readiness probes call.</summary>
    public void AddAddress(string name, Uri endpoint) => _addresses.Add(new(name, endpoint));

    /// <summary>Offers texts of a provider.</summary>
    public void AddText(string name, Func<ProviderParts, ITextGenerator> create) => _text.Add(new(name, create));

    /// <summary>Offers images of a provider.</summary>
    public void AddImage(string name, Func<ProviderParts, IImageGenerator> create) => _image.Add(new(name, create));

    /// <summary>Offers images of an asynchronous provider.</summary>
    public void AddAsyncImage(string name, Func<ProviderParts, IAsyncImageGenerator> create) => _asyncImage.Add(new(name, create));

    /// <summary>Adds a key that must not appear in any failure.</summary>
    public void AddSecret(Secret? secret)
    {
        if (secret is not null)
            _secrets.Add(secret);
    }

    /// <summary>Makes the catalog of what is offered, each generator behind the gate.</summary>
    public GeneratorCatalog CreateCatalog(ProviderParts parts, ProviderGate gate, string defaultText, string defaultImage) => new(
        _text.Select(o => new GatedTextGenerator(o.Create(parts), gate)),
        _image.Select(o => new GatedImageGenerator(o.Create(parts), gate)),
        defaultText,
        defaultImage,
        _asyncImage.Select(o => new GatedAsyncImageGenerator(o.Create(parts), gate)));

    private sealed record Offer<T>(string Name, Func<ProviderParts, T> Create);
}

/// <summary>What providers are created with.</summary>
/// <param name="Connections">The connections, shared by all providers.</param>
/// <param name="Http">HTTP over them, for providers without a client package.</param>
/// <param name="Limits">How long responses may be.</param>
/// <param name="Callbacks">Where asynchronous providers report to.</param>
/// <param name="Failures">Maps failures to their codes.</param>
/// <param name="Time">The clock.</param>
internal sealed record ProviderParts(
    ProviderConnections Connections,
    ProviderHttp Http,
    ResponseLimits Limits,
    CallbackAddress Callbacks,
    FailureClassifier Failures,
    TimeProvider Time)
{
    /// <summary>Creates what runs a provider's calls.</summary>
    public ProviderCaller CallerOf(string provider, TimeSpan timeout) => new(provider, timeout, Failures, Time);

    /// <summary>Creates what reads a provider's images.</summary>
    public ProviderImages ImagesOf(string provider, IReadOnlyList<string> hosts, Uri endpoint) =>
        new(provider, Http, Limits, Failures, hosts, endpoint);
}
