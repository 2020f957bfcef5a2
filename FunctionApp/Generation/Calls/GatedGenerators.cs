using Atelier.Generation.Callbacks;

namespace Atelier.Generation.Calls;

/// <summary>A provider of text behind the gate: it is not called before the time that it asked for.</summary>
internal sealed class GatedTextGenerator(ITextGenerator generator, ProviderGate gate) : ITextGenerator
{
    /// <summary>The kind under which the gate keeps texts.</summary>
    public const string Kind = "text";

    /// <inheritdoc/>
    public string Provider => generator.Provider;

    /// <inheritdoc/>
    public string? Model => generator.Model;

    /// <inheritdoc/>
    public Task<GeneratedText> GenerateAsync(TextRequest request, CancellationToken cancellationToken) =>
        gate.PassAsync(Provider, Kind, () => generator.GenerateAsync(request, cancellationToken), cancellationToken);
}

/// <summary>An asynchronous provider of images behind the gate: it is not called before the time that it asked for. Orders, polls and downloads
/// have separate limits.</summary>
internal sealed class GatedAsyncImageGenerator(IAsyncImageGenerator generator, ProviderGate gate) : IAsyncImageGenerator
{
    private const string Polls = "poll";
    private const string Downloads = "download";

    /// <inheritdoc/>
    public string Provider => generator.Provider;

    /// <inheritdoc/>
    public ImageCapabilities Capabilities => generator.Capabilities;

    /// <inheritdoc/>
    public string Model => generator.Model;

    /// <inheritdoc/>
    public JobTiming JobTiming => generator.JobTiming;

    /// <inheritdoc/>
    public Task<string> SubmitAsync(ImageRequest request, CancellationToken cancellationToken) =>
        gate.PassAsync(Provider, GatedImageGenerator.Kind, () => generator.SubmitAsync(request, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<ImageJob> PollAsync(string jobId, CancellationToken cancellationToken) =>
        gate.PassAsync(Provider, Polls, () => generator.PollAsync(jobId, cancellationToken), cancellationToken);

    // A cancellation is never held back: it saves the provider work.
    /// <inheritdoc/>
    public Task CancelAsync(string jobId, CancellationToken cancellationToken) => generator.CancelAsync(jobId, cancellationToken);

    /// <inheritdoc/>
    public Task<GeneratedImage> FetchAsync(string output, CancellationToken cancellationToken) =>
        gate.PassAsync(Provider, Downloads, () => generator.FetchAsync(output, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public int MaxCallbackLength => generator.MaxCallbackLength;

    /// <inheritdoc/>
    public CallbackSignature BeginCallback(Func<string, string?> header) => generator.BeginCallback(header);

    /// <inheritdoc/>
    public ImageJob ReadCallback(ReadOnlyMemory<byte> body) => generator.ReadCallback(body);
}

/// <summary>A provider of images behind the gate: it is not called before the time that it asked for.</summary>
internal sealed class GatedImageGenerator(IImageGenerator generator, ProviderGate gate) : IImageGenerator
{
    /// <summary>The kind under which the gate keeps images.</summary>
    public const string Kind = "image";

    /// <inheritdoc/>
    public string Provider => generator.Provider;

    /// <inheritdoc/>
    public string? Model => generator.Model;

    /// <inheritdoc/>
    public ImageCapabilities Capabilities => generator.Capabilities;

    /// <inheritdoc/>
    public Task<GeneratedImage> GenerateAsync(ImageRequest request, CancellationToken cancellationToken) =>
        gate.PassAsync(Provider, Kind, () => generator.GenerateAsync(request, cancellationToken), cancellationToken);
}
