using Atelier.Campaigns.Control;
using Atelier.Durable;
using Atelier.Generation;
using Atelier.Outages;
using Atelier.Telemetry;
using Microsoft.Azure.Functions.Worker;

namespace Atelier.Campaigns.Workflow.Jobs;

/// <summary>The activity that ends an attempt at an image of an asynchronous provider: it stores the image or records the failure.</summary>
public sealed class StoreImage(
    AttemptStore attempts,
    ImageJobStore jobs,
    PartRunner runner,
    CampaignCancellationRegistry cancellations,
    AbandonedJobCanceler canceler,
    GeneratorCatalog generators,
    PartImageStore images,
    ILogger<StoreImage> logger)
{
    /// <summary>Ends the attempt.</summary>
    /// <exception cref="ActivityFailedException">The attempt has failed, and the failure is recorded.</exception>
    /// <exception cref="OutageException">The database or the image store is away; the job is kept.</exception>
    [Function(nameof(StoreImage))]
    public async Task RunAsync([ActivityTrigger] ImageJobInput input, CancellationToken cancellationToken)
    {
        (var part, var report) = input;
        using var work = cancellations.Register(part.CampaignId, part.VersionName, cancellationToken);
        if (await jobs.FindAsync(part, cancellationToken) is not { } open)
            return;

        var attempt = open.Attempt;
        using var scope = logger.BeginAttemptScope(attempt.Call, attempt.Provider);
        try
        {
            var generator = generators.AsyncImage(attempt.Provider);
            if (report.IsAbandoned)
                await canceler.CancelAsync(generator, report.JobId, cancellationToken);
            if (report.Status != ImageJobStatus.Succeeded)
            {
                throw new GenerationException(
                    report.Code ?? GenerationErrorCodes.ServerError, report.Message ?? "The provider's job failed.", attempt.Provider)
                {
                    IsTransient = report.CanRetry,
                };
            }

            var kept = report.Kept ?? await FetchAsync(generator, part, report, work.Token);
            await attempts.CompleteAsync(
                part, attempt, kept.ToResult(part.Image!.Value, attempt.Provider, generator.Model, usage: null), cancellationToken);
            AtelierMeter.Attempted(attempt.Provider, "image", code: null);
            logger.LogInformation(
                "Attempt {Attempt} at {Part} of campaign {CampaignId} succeeded.", attempt.Call.Attempt, part.Part, part.CampaignId);
        }
        catch (Exception) when (work.IsCanceled && !cancellationToken.IsCancellationRequested)
        {
            logger.LogInformation(
                "Attempt {Attempt} at {Part} of campaign {CampaignId} ends: the campaign was canceled.",
                attempt.Call.Attempt, part.Part, part.CampaignId);
        }
        catch (Exception exception) when (exception is not OutageException && !cancellationToken.IsCancellationRequested)
        {
            // If only fetching the image failed, the job is kept and fetched again: another order would be paid for again.
            if (report.Status != ImageJobStatus.Succeeded || !CanFetchAgain(exception))
                await jobs.ForgetAsync(part, report.JobId, cancellationToken);
            throw AttemptSpacing.Of(part, attempt, await runner.FailAsync(part, attempt, exception, cancellationToken));
        }
    }

    private async Task<KeptImage> FetchAsync(
        IAsyncImageGenerator generator, PartInput part, ImageReport report, CancellationToken cancellationToken)
    {
        var image = await generator.FetchAsync(report.Output ?? "", cancellationToken);
        return await images.SaveAsync(part, image, OutageMonitor.Window, cancellationToken);
    }

    private static bool CanFetchAgain(Exception exception) => exception switch
    {
        GenerationException generation =>
            generation.IsTransient && generation.Code is not (GenerationErrorCodes.InvalidResponse or GenerationErrorCodes.UnusableResponse),
        _ => true,
    };
}
