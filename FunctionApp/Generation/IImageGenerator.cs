namespace Atelier.Generation;

/// <summary>A provider that makes an image while the caller waits.</summary>
public interface IImageGenerator
{
    /// <summary>The name that requests and configuration use, for example <c>openai</c>.</summary>
    string Provider { get; }

    /// <summary>The configured model; <see langword="null"/> where the provider has one of its own.</summary>
    string? Model => null;

    /// <summary>What it can do.</summary>
    ImageCapabilities Capabilities => ImageCapabilities.AllFormats;

    /// <summary>Makes one image, in one call to the provider: retrying is the workflow's business.</summary>
    /// <param name="request">What to make.</param>
    /// <param name="cancellationToken">Ends the call to the provider.</param>
    /// <exception cref="GenerationException">The provider failed, refused, could not be reached, or sent an unusable response.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    Task<GeneratedImage> GenerateAsync(ImageRequest request, CancellationToken cancellationToken);
}

/// <summary>What image to make.</summary>
/// <param name="Call">What the call is for.</param>
/// <param name="Prompt">What the image shows.</param>
/// <param name="Size"><c>auto</c>, or width and height in pixels as in <c>1024x1536</c>.</param>
/// <param name="Quality"><c>low</c>, <c>medium</c> or <c>high</c>.</param>
/// <param name="Format"><c>png</c>, <c>jpeg</c> or <c>webp</c>; not every provider makes each.</param>
public sealed record ImageRequest(GenerationCall Call, string Prompt, string Size, string Quality, string Format)
{
    /// <summary>The same seed gives the same image, from 0 to 4,294,967,295; <see langword="null"/> for the provider's choice. Not every provider takes one.</summary>
    public long? Seed { get; init; }

    /// <summary>What the image must not show; <see langword="null"/> for nothing. Not every provider takes one.</summary>
    public string? NegativePrompt { get; init; }
}

/// <summary>An image that a provider made.</summary>
/// <param name="Bytes">The encoded image.</param>
/// <param name="ContentType">What the bytes are, as detected from the bytes themselves: <c>image/png</c>, <c>image/jpeg</c> or <c>image/webp</c>.</param>
/// <param name="Width">Width in pixels, where the image's header says so.</param>
/// <param name="Height">Height in pixels, where the image's header says so.</param>
/// <param name="Model">The model that made it, as the provider names it.</param>
/// <param name="Usage">What it cost, where the provider says so.</param>
public sealed record GeneratedImage(ReadOnlyMemory<byte> Bytes, string ContentType, int? Width, int? Height, string Model, TokenUsage? Usage);
