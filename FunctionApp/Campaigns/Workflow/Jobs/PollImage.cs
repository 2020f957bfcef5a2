using Atelier.Campaigns.Control;
using Atelier.Generation;
using Atelier.Outages;
using Microsoft.Azure.Functions.Worker;

namespace Atelier.Campaigns.Workflow.Jobs;

/// <summary>The activity that polls a job at an asynchronous provider, so that a lost callback delays the image but does not lose it.</summary>
public sealed class PollImage(
    ImageJobStore jobs, CampaignCancellationRegistry cancellations, GeneratorCatalog generators, PartImageStore images, ILogger<PollImage> logger)
{
    /// <summary>Polls once. A transient failure says nothing about the job; a final one fails the job.</summary>
    [Function(nameof(PollImage))]
    public async Task<ImageReport> RunAsync([ActivityTrigger] ImageJobInput input, CancellationToken cancellationToken)
    {
        var jobId = input.Report.JobId;
        using var work = cancellations.Register(input.Part.CampaignId, input.Part.VersionName, cancellationToken);
        // If the attempt has ended meanwhile, StoreImage reports how.
        if (await jobs.FindAsync(input.Part, cancellationToken) is not { } open)
            return ImageReport.TimedOut(jobId);

        using var scope = logger.BeginAttemptScope(open.Attempt.Call, open.Attempt.Provider);
        try
        {
            var job = await generators.AsyncImage(open.Attempt.Provider).PollAsync(jobId, work.Token);
            return await ImageReports.FromAsync(job with { Id = jobId }, input.Part, images, OutageMonitor.Window, cancellationToken);
        }
        catch (OperationCanceledException) when (work.IsCanceled && !cancellationToken.IsCancellationRequested)
        {
            return ImageReport.TimedOut(jobId);
        }
        catch (GenerationException exception) when (exception.IsTransient)
        {
            logger.LogWarning(
                "Job {JobId} of {Provider} could not be polled: {Code}: {Reason}", jobId, open.Attempt.Provider, exception.Code, exception.Message);
            return new ImageReport(jobId, ImageJobStatus.Running, AskAgainIn: exception.RetryAfter);
        }
        catch (GenerationException exception)
        {
            return ImageReport.Failed(jobId, exception);
        }
    }
}
