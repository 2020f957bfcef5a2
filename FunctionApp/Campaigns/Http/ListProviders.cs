using Atelier.Generation;
using Atelier.Http;
using Atelier.Problems;
using Microsoft.Azure.Functions.Worker;

namespace Atelier.Campaigns.Http;

/// <summary><c>GET /api/providers</c>: who can make texts and images, and what each can do.</summary>
public sealed class ListProviders(GeneratorCatalog generators)
{
    /// <summary>Lists the configured providers by name.</summary>
    [Function(nameof(ListProviders))]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.Providers)] HttpRequest request) =>
        ApiJson.Result(new ProvidersView(
            [.. generators.TextProviders.Select(name => new TextProviderView(name, generators.Text(name).Model, name == generators.DefaultText))],
            [.. generators.ImageProviders.Select(ImageProvider)]));

    private ImageProviderView ImageProvider(string name)
    {
        (var model, var capabilities) = generators.ImageModel(name);
        return new(name, model, name == generators.DefaultImage, capabilities.Formats, capabilities.Seed, capabilities.NegativePrompt);
    }
}

/// <summary>The configured providers.</summary>
/// <param name="Text">Those of texts, by name.</param>
/// <param name="Image">Those of images, by name.</param>
public sealed record ProvidersView(IReadOnlyList<TextProviderView> Text, IReadOnlyList<ImageProviderView> Image);

/// <summary>A provider of texts.</summary>
/// <param name="Name">As requests name it.</param>
/// <param name="Model">The configured model; <see langword="null"/> where the provider has one of its own.</param>
/// <param name="Default">Whether it makes what names no provider.</param>
public sealed record TextProviderView(string Name, string? Model, bool Default);

/// <summary>A provider of images.</summary>
/// <param name="Name">As requests name it.</param>
/// <param name="Model">The configured model; <see langword="null"/> where the provider has one of its own.</param>
/// <param name="Default">Whether it makes what names no provider.</param>
/// <param name="Formats">The formats that it makes.</param>
/// <param name="Seed">Whether it takes a seed.</param>
/// <param name="NegativePrompt">Whether it takes a negative prompt.</param>
public sealed record ImageProviderView(string Name, string? Model, bool Default, IReadOnlyList<string> Formats, bool Seed, bool NegativePrompt);
