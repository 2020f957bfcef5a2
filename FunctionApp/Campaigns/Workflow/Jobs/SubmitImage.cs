using Atelier.Durable;
using Atelier.Generation;
using Atelier.Outages;
using Microsoft.Azure.Functions.Worker;

namespace Atelier.Campaigns.Workflow.Jobs;

/// <summary>The activity that begins an attempt at an image of an asynchronous provider, and orders it.</summary>
public sealed class SubmitImage(
    AttemptStore attempts, ImageJobStore jobs, PartRunner runner, AbandonedJobCanceler canceler, GeneratorCatalog generators, ILogger<SubmitImage> logger)
{
    /// <summary>Orders the image, unless a job for it is known.</summary>
    /// <remarks>Canceling the campaign does not interrupt the order: a job whose id is unknown could not be canceled.</remarks>
    /// <returns>The job; <see langword="null"/> when nothing is left to do.</returns>
    /// <exception cref="ActivityFailedException">The attempt has failed, and the failure is recorded.</exception>
    /// <exception cref="OutageException">The database is away.</exception>
    [Function(nameof(SubmitImage))]
    public async Task<SubmittedImage?> RunAsync([ActivityTrigger] PartInput input, CancellationToken cancellationToken)
    {
        if (await attempts.BeginAsync(input, cancellationToken) is not { } attempt)
            return null;
        using var scope = logger.BeginAttemptScope(attempt.Call, attempt.Provider);
        var known = (await jobs.FindAsync(input, cancellationToken))?.JobId;
        string jobId;
        JobTiming timing;
        try
        {
            var generator = generators.AsyncImage(attempt.Provider);
            timing = generator.JobTiming;
            jobId = known ?? await generator.SubmitAsync(GenerateImage.ToRequest(attempt), cancellationToken);
            if (known is null && !await jobs.KeepAsync(input, jobId, cancellationToken))
            {
                logger.LogInformation("{Part} of campaign {CampaignId} is no longer needed: job {JobId} is canceled.", input.Part, input.CampaignId, jobId);
                await canceler.CancelAsync(generator, jobId, cancellationToken);
                return null;
            }
        }
        catch (Exception exception) when (exception is not OutageException && !cancellationToken.IsCancellationRequested)
        {
            throw AttemptSpacing.Of(input, attempt, await runner.FailAsync(input, attempt, exception, cancellationToken));
        }
        logger.LogInformation(
            "Attempt {Attempt} at {Part} of campaign {CampaignId} waits for job {JobId} of {Provider}.",
            attempt.Call.Attempt, input.Part, input.CampaignId, jobId, attempt.Provider);
        return new SubmittedImage(jobId, known is not null, timing.PollInterval, timing.Timeout);
    }
}
