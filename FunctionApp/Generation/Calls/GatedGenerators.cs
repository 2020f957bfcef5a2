namespace Atelier.Generation.Calls;

/// <summary>A provider of text that is not called before the time that it asked for.</summary>
internal sealed class GatedTextGenerator(ITextGenerator generator, ProviderGate gate) : ITextGenerator
{
    /// <summary>The kind under which the gate keeps texts.</summary>
    public const string Kind = "text";

    /// <inheritdoc/>
    public string Provider => generator.Provider;

    /// <inheritdoc/>
    public Task<GeneratedText> GenerateAsync(TextRequest request, CancellationToken cancellationToken) =>
        gate.PassAsync(Provider, Kind, () => generator.GenerateAsync(request, cancellationToken), cancellationToken);
}

/// <summary>A provider of images that is not called before the time that it asked for.</summary>
internal sealed class GatedImageGenerator(IImageGenerator generator, ProviderGate gate) : IImageGenerator
{
    /// <summary>The kind under which the gate keeps images.</summary>
    public const string Kind = "image";

    /// <inheritdoc/>
    public string Provider => generator.Provider;

    /// <inheritdoc/>
    public Task<GeneratedImage> GenerateAsync(ImageRequest request, CancellationToken cancellationToken) =>
        gate.PassAsync(Provider, Kind, () => generator.GenerateAsync(request, cancellationToken), cancellationToken);
}
