using Atelier.Campaigns.Control;
using Atelier.Generation;
using Atelier.Images;
using Microsoft.Azure.Functions.Worker;

namespace Atelier.Campaigns.Workflow.Jobs;

/// <summary>The activity that asks an asynchronous provider how a job stands: a lost callback costs time, never the image.</summary>
public sealed class PollImage(
    ImageJobStore jobs, CampaignCancellationRegistry cancellations, GeneratorCatalog generators, IImageStore store, ILogger<PollImage> logger)
{
    /// <summary>Asks once. A question that fails says nothing about the job, unless it can never succeed.</summary>
    [Function(nameof(PollImage))]
    public async Task<ImageReport> RunAsync([ActivityTrigger] ImageJobInput input, CancellationToken cancellationToken)
    {
        string jobId = input.Report.JobId;
        using CampaignCancellationRegistry.Work work = cancellations.Register(input.Part.CampaignId, cancellationToken);
        // If the attempt has ended meanwhile, StoreImage reports how.
        if (await jobs.FindAsync(input.Part, cancellationToken) is not { } open)
            return ImageReport.TimedOut(jobId);

        using IDisposable? scope = logger.BeginAttemptScope(open.Attempt.Call, open.Attempt.Provider);
        try
        {
            ImageJob job = await generators.AsyncImage(open.Attempt.Provider).PollAsync(jobId, work.Token);
            return await ImageReports.FromAsync(job with { Id = jobId }, input.Part, store, cancellationToken);
        }
        catch (OperationCanceledException) when (work.IsCanceled && !cancellationToken.IsCancellationRequested)
        {
            return ImageReport.TimedOut(jobId);
        }
        catch (GenerationException exception) when (exception.IsTransient)
        {
            logger.LogWarning(
                "Job {JobId} of {Provider} could not be asked for: {Code}: {Reason}", jobId, open.Attempt.Provider, exception.Code, exception.Message);
            return new ImageReport(jobId, ImageJobStatus.Running, AskAgainIn: exception.RetryAfter);
        }
        catch (GenerationException exception)
        {
            return ImageReport.Failed(jobId, exception);
        }
    }
}
