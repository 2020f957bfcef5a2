using System.Collections.Frozen;
using System.Globalization;
using Atelier.Generation.Calls;
using Atelier.Images;
using OpenAI.Images;

namespace Atelier.Generation.OpenAI;

/// <summary>Makes images with a gpt-image model of OpenAI, or of a service that speaks its API.</summary>
/// <param name="client">The client, without retries of its own.</param>
/// <param name="model">The model's name, or a deployment's.</param>
/// <param name="formats">The formats that the service makes.</param>
/// <param name="headers">The policy that the client was made with.</param>
/// <param name="caller">Runs the calls.</param>
internal sealed class OpenAIImageGenerator(
    ImageClient client, string model, IReadOnlyList<string> formats, CallHeadersPolicy headers, ProviderCaller caller) : IImageGenerator
{
    private static readonly FrozenSet<string> Qualities = FrozenSet.ToFrozenSet(["low", "medium", "high"], StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Provider => caller.Provider;

    /// <inheritdoc/>
    public Task<GeneratedImage> GenerateAsync(ImageRequest request, CancellationToken cancellationToken)
    {
        var options = OptionsFor(request);
        return caller.RunAsync(token => GenerateAsync(request, options, token), cancellationToken);
    }

    // The format and the usage are marked as experimental in the package although the service's API for them is settled.
#pragma warning disable OPENAI001
    private async Task<GeneratedImage> GenerateAsync(ImageRequest request, ImageGenerationOptions options, CancellationToken cancellationToken)
    {
        headers.Begin(request.Call);
        GeneratedImageCollection images = await client.GenerateImagesAsync(request.Prompt, imageCount: 1, options, cancellationToken);

        if (images.Count == 0)
            throw caller.Failures.InvalidAnswer(Provider, "The provider answered without an image");
        if (images[0].ImageBytes is not { } bytes || bytes.IsEmpty)
            throw caller.Failures.InvalidAnswer(Provider, "The provider answered with an image that has no bytes");
        if (ImageHeader.Read(bytes.ToMemory().Span) is not { } header)
            throw caller.Failures.InvalidAnswer(Provider, "The provider answered with bytes that are no PNG, JPEG or WebP image");

        var usage = images.Usage is { } u ? new TokenUsage(u.InputTokenCount, u.OutputTokenCount, u.TotalTokenCount) : null;
        return new GeneratedImage(bytes.ToMemory(), header.ContentType, header.Width, header.Height, model, usage);
    }

    // The response format is left alone: gpt-image models always answer with base64 and refuse the parameter.
    private ImageGenerationOptions OptionsFor(ImageRequest request)
    {
        if (!formats.Contains(request.Format, StringComparer.Ordinal))
            throw Refused($"makes images as {string.Join(", ", formats)}, not as '{request.Format}'");
        if (!Qualities.Contains(request.Quality))
            throw Refused($"makes images of quality low, medium or high, not '{request.Quality}'");
        return new ImageGenerationOptions
        {
            EndUserId = request.Call.User,
            Quality = new GeneratedImageQuality(request.Quality),
            OutputFileFormat = new GeneratedImageFileFormat(request.Format),
            Size = SizeOf(request.Size),
        };
    }
#pragma warning restore OPENAI001

    // The service's default is "auto".
    private GeneratedImageSize? SizeOf(string size)
    {
        if (size == "auto")
            return null;
        var parts = size.Split('x');
        return parts.Length == 2 && Pixels(parts[0]) is { } width && Pixels(parts[1]) is { } height
            ? new GeneratedImageSize(width, height)
            : throw Refused($"makes images of size auto or width x height as in 1024x1024, not '{size}'");
    }

    private static int? Pixels(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var pixels) && pixels > 0 ? pixels : null;

    private GenerationException Refused(string what) => new(GenerationErrorCodes.InvalidRequest, $"Provider {Provider} {what}.", Provider);
}
