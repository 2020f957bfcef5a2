namespace Atelier.Generation.Replicate;

/// <summary>The provider <c>replicate</c>: images of models on Replicate, ordered as predictions.</summary>
internal static class ReplicateProvider
{
    /// <summary>The provider's name.</summary>
    public const string Name = "replicate";

    /// <summary>Adds the provider where it is configured.</summary>
    public static void Add(ProviderRegistry registry, IConfiguration providers)
    {
        var section = new ProviderSection(providers, "Replicate");
        if (ReplicateOptions.Read(section) is not { } options)
            return;
        registry.AddAddress(Name, options.Endpoint);
        registry.AddSecret(options.ApiToken);
        registry.AddSecret(section.Secret("WebhookSecret"));
        registry.AddAsyncImage(Name, parts => new ReplicateGenerator(
            options,
            parts.Http,
            parts.ImagesOf(Name, options.OutputHosts, options.Endpoint),
            parts.Callbacks,
            parts.CallerOf(Name, options.Timeout),
            parts.Time));
    }
}
