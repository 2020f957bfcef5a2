using System.Collections.Frozen;

namespace Atelier.Generation;

/// <summary>The configured providers by name. Names are compared without regard to case.</summary>
public sealed class GeneratorCatalog
{
    private readonly FrozenDictionary<string, ITextGenerator> _text;
    private readonly FrozenDictionary<string, IImageGenerator> _image;
    private readonly FrozenDictionary<string, IAsyncImageGenerator> _asyncImage;

    /// <summary>Creates the catalog.</summary>
    /// <param name="text">The configured providers of text.</param>
    /// <param name="image">The configured providers of images.</param>
    /// <param name="defaultText">The provider of text for requests that name none.</param>
    /// <param name="defaultImage">The provider of images for requests that name none.</param>
    /// <param name="asyncImage">The configured asynchronous providers of images.</param>
    public GeneratorCatalog(
        IEnumerable<ITextGenerator> text,
        IEnumerable<IImageGenerator> image,
        string defaultText,
        string defaultImage,
        IEnumerable<IAsyncImageGenerator>? asyncImage = null)
    {
        _text = text.ToFrozenDictionary(g => g.Provider, StringComparer.OrdinalIgnoreCase);
        _image = image.ToFrozenDictionary(g => g.Provider, StringComparer.OrdinalIgnoreCase);
        _asyncImage = (asyncImage ?? []).ToFrozenDictionary(g => g.Provider, StringComparer.OrdinalIgnoreCase);
        TextProviders = [.. _text.Keys.Order(StringComparer.Ordinal)];
        ImageProviders = [.. _image.Keys.Concat(_asyncImage.Keys).Order(StringComparer.Ordinal)];
        DefaultText = Text(defaultText).Provider;
        DefaultImage = IsAsync(defaultImage) ? AsyncImage(defaultImage).Provider : Image(defaultImage).Provider;
    }

    /// <summary>The name of the provider of text for requests that name none.</summary>
    public string DefaultText { get; }

    /// <summary>The name of the provider of images for requests that name none.</summary>
    public string DefaultImage { get; }

    /// <summary>The names of the configured providers of text, sorted.</summary>
    public IReadOnlyList<string> TextProviders { get; }

    /// <summary>The names of the configured providers of images, sorted.</summary>
    public IReadOnlyList<string> ImageProviders { get; }

    /// <summary>Whether a provider of text of this name is configured.</summary>
    public bool HasText(string name) => _text.ContainsKey(name);

    /// <summary>Whether a provider of images of this name is configured.</summary>
    public bool HasImage(string name) => _image.ContainsKey(name) || IsAsync(name);

    /// <summary>Whether the provider of images of this name is asynchronous: it takes a job and reports its end.</summary>
    public bool IsAsync(string name) => _asyncImage.ContainsKey(name);

    /// <summary>The provider of text of this name; null is the default one.</summary>
    /// <exception cref="GenerationException">It is not configured (<see cref="GenerationErrorCodes.UnknownProvider"/>).</exception>
    public ITextGenerator Text(string? name) => Find(_text, name ?? DefaultText, "text");

    /// <summary>The provider of images of this name; null is the default one.</summary>
    /// <exception cref="GenerationException">It is not configured (<see cref="GenerationErrorCodes.UnknownProvider"/>).</exception>
    public IImageGenerator Image(string? name) => Find(_image, name ?? DefaultImage, "images");

    /// <summary>The name of a provider of images, synchronous or not, as it is configured; null is the default one.</summary>
    /// <exception cref="GenerationException">It is not configured (<see cref="GenerationErrorCodes.UnknownProvider"/>).</exception>
    public string ImageName(string? name) =>
        IsAsync(name ?? DefaultImage) ? AsyncImage(name ?? DefaultImage).Provider : Image(name).Provider;

    /// <summary>The asynchronous provider of images of this name.</summary>
    /// <exception cref="GenerationException">It is not configured (<see cref="GenerationErrorCodes.UnknownProvider"/>).</exception>
    public IAsyncImageGenerator AsyncImage(string name) => Find(_asyncImage, name, "images");

    /// <summary>The configured model of a provider of images, and what it can do; null is the default provider.</summary>
    /// <exception cref="GenerationException">It is not configured (<see cref="GenerationErrorCodes.UnknownProvider"/>).</exception>
    public (string? Model, ImageCapabilities Capabilities) ImageModel(string? name)
    {
        if (IsAsync(name ?? DefaultImage))
        {
            var asynchronous = AsyncImage(name ?? DefaultImage);
            return (asynchronous.Model, asynchronous.Capabilities);
        }
        var generator = Image(name);
        return (generator.Model, generator.Capabilities);
    }

    private static T Find<T>(FrozenDictionary<string, T> generators, string name, string kind) =>
        generators.TryGetValue(name, out var generator)
            ? generator
            : throw new GenerationException(GenerationErrorCodes.UnknownProvider, $"No provider '{name}' of {kind} is configured.", name);
}
