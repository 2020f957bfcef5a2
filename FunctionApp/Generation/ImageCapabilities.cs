namespace Atelier.Generation;

/// <summary>What a provider's configured model can do. The API checks a request against it before anything is spent.</summary>
/// <param name="Formats">The formats that it makes, each <c>png</c>, <c>jpeg</c> or <c>webp</c>.</param>
/// <param name="Seed">Whether it takes a seed: the same prompt, size and seed give the same image.</param>
/// <param name="NegativePrompt">Whether it takes a negative prompt.</param>
public sealed record ImageCapabilities(IReadOnlyList<string> Formats, bool Seed = false, bool NegativePrompt = false)
{
    /// <summary>Every format, and nothing else.</summary>
    public static ImageCapabilities AllFormats { get; } = new(["png", "jpeg", "webp"]);
}
