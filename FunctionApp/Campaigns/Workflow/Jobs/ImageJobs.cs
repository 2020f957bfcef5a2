using Atelier.Durable;
using Atelier.Generation;

namespace Atelier.Campaigns.Workflow.Jobs;

/// <summary>A job that was ordered, as <see cref="SubmitImage"/> returns it to the orchestrator.</summary>
/// <param name="JobId">The job's id at the provider.</param>
/// <param name="IsKnown">Whether it was ordered before: its callback may have come long ago.</param>
/// <param name="PollInterval">The wait before the first poll.</param>
/// <param name="Timeout">After how long it times out.</param>
public sealed record SubmittedImage(string JobId, bool IsKnown, TimeSpan PollInterval, TimeSpan Timeout);

/// <summary>The status of a job: the payload of the event <c>image/{index}</c>, and what <see cref="PollImage"/> returns. Never an image.</summary>
/// <param name="JobId">The job's id at the provider.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Output">The address of its image.</param>
/// <param name="Kept">The image, where it came with the report and was stored at once.</param>
/// <param name="Code">Code of its failure.</param>
/// <param name="Message">One human sentence.</param>
/// <param name="CanRetry">Whether another job can help.</param>
/// <param name="AskAgainIn">How long to wait before the next poll, where the provider said so.</param>
/// <param name="IsAbandoned">Whether the job may still be running although it is no longer waited for.</param>
public sealed record ImageReport(
    string JobId,
    ImageJobStatus Status,
    string? Output = null,
    KeptImage? Kept = null,
    string? Code = null,
    string? Message = null,
    bool CanRetry = false,
    TimeSpan? AskAgainIn = null,
    bool IsAbandoned = false)
{
    /// <summary>The report of a job that has timed out.</summary>
    public static ImageReport TimedOut(string jobId) => new(
        jobId,
        ImageJobStatus.Failed,
        Code: GenerationErrorCodes.Timeout,
        Message: "The provider's job did not end in time.",
        CanRetry: true,
        IsAbandoned: true);

    /// <summary>A failure.</summary>
    public static ImageReport Failed(string jobId, GenerationException failure) => new(
        jobId, ImageJobStatus.Failed, Code: failure.Code, Message: ActivityFailure.From(failure).Message, CanRetry: failure.IsTransient);
}

/// <summary>The input of <see cref="PollImage"/> and <see cref="StoreImage"/>.</summary>
/// <param name="Part">The image.</param>
/// <param name="Report">What is known of its job.</param>
public sealed record ImageJobInput(PartInput Part, ImageReport Report);
