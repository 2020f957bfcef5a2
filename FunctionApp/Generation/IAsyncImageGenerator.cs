using Atelier.Generation.Callbacks;

namespace Atelier.Generation;

/// <summary>A provider that takes an order for an image, and reports later that it is done.</summary>
public interface IAsyncImageGenerator
{
    /// <summary>The name that requests and configuration use, for example <c>replicate</c>.</summary>
    string Provider { get; }

    /// <summary>The model that makes the images, as the provider names it.</summary>
    string Model { get; }

    /// <summary>What it can do.</summary>
    ImageCapabilities Capabilities => ImageCapabilities.AllFormats;

    /// <summary>How often a job is polled while its callback does not come, and how long it may take.</summary>
    JobTiming JobTiming { get; }

    /// <summary>Orders one image, in one call: retrying is the workflow's business.</summary>
    /// <returns>The job's id at the provider.</returns>
    /// <exception cref="GenerationException">The provider failed, refused, could not be reached, or sent an unusable response.</exception>
    Task<string> SubmitAsync(ImageRequest request, CancellationToken cancellationToken);

    /// <summary>Gets the status of a job.</summary>
    /// <exception cref="GenerationException">The poll failed; that says nothing about the job.</exception>
    Task<ImageJob> PollAsync(string jobId, CancellationToken cancellationToken);

    /// <summary>Ends a job at the provider. One that has ended already stays as it is.</summary>
    /// <exception cref="GenerationException">The provider could not be reached, or failed.</exception>
    Task CancelAsync(string jobId, CancellationToken cancellationToken);

    /// <summary>Fetches the image of a job that succeeded.</summary>
    /// <param name="output">As <see cref="ImageJob.Output"/> has it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="GenerationException">
    /// It could not be fetched; transient with a code other than <see cref="GenerationErrorCodes.InvalidResponse"/> and
    /// <see cref="GenerationErrorCodes.UnusableResponse"/> where the same address is worth another try.
    /// </exception>
    Task<GeneratedImage> FetchAsync(string output, CancellationToken cancellationToken);

    /// <summary>How long the body of a callback may be, in bytes.</summary>
    int MaxCallbackLength { get; }

    /// <summary>Begins to verify a callback by its headers; its body is appended while it arrives.</summary>
    /// <param name="header">Gives a header's value by name, without regard to case, or null.</param>
    /// <exception cref="CallbackRefusedException">The signature is missing or malformed, or its time is more than five minutes off.</exception>
    CallbackSignature BeginCallback(Func<string, string?> header);

    /// <summary>Reads the body of a callback whose signature has been verified.</summary>
    /// <param name="body">The body as it came.</param>
    /// <exception cref="GenerationException">It cannot be understood.</exception>
    ImageJob ReadCallback(ReadOnlyMemory<byte> body);
}

/// <summary>How often a job is polled, and how long it may take.</summary>
/// <param name="PollInterval">The wait before the first poll; each further one is 1.5 times as long, up to 30 s.</param>
/// <param name="Timeout">After how long a job that has not ended times out.</param>
public sealed record JobTiming(TimeSpan PollInterval, TimeSpan Timeout);

/// <summary>Where a job at a provider stands.</summary>
public enum ImageJobStatus
{
    /// <summary>Not yet ended.</summary>
    Running,

    /// <summary>Its image is ready.</summary>
    Succeeded,

    /// <summary>It has ended without an image.</summary>
    Failed,
}

/// <summary>A job as its provider reports it. One that succeeded has an output or an image, one that failed a failure.</summary>
/// <param name="Id">The job's id at the provider.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Output">The address of its image.</param>
/// <param name="Image">The image itself, where the provider sends it along.</param>
/// <param name="Failure">Why there is none.</param>
public sealed record ImageJob(
    string Id, ImageJobStatus Status, string? Output = null, GeneratedImage? Image = null, GenerationException? Failure = null);

/// <summary>A callback that is not its provider's, or is too old.</summary>
/// <param name="reason">What is wrong, for the log. Never the expected value.</param>
public sealed class CallbackRefusedException(string reason) : Exception(reason);
