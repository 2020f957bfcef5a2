namespace Atelier.Generation.StableDiffusion;

/// <summary>The provider <c>stable-diffusion</c>: images of the Stable Diffusion web UI's HTTP API.</summary>
internal static class StableDiffusionProvider
{
    /// <summary>The provider's name.</summary>
    public const string Name = "stable-diffusion";

    /// <summary>Adds the provider where it is configured.</summary>
    public static void Add(ProviderRegistry registry, IConfiguration providers)
    {
        if (StableDiffusionOptions.Read(providers) is not { } options)
            return;
        registry.AddAddress(Name, options.Endpoint);
        registry.AddSecret(options.Password);
        registry.AddImage(Name, parts => new StableDiffusionGenerator(
            options, parts.Http, parts.ImagesOf(Name, hosts: [], options.Endpoint), parts.CallerOf(Name, options.Timeout)));
    }
}
