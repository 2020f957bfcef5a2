using Atelier.Generation;

namespace Atelier.Campaigns.Workflow.Jobs;

/// <summary>Cancels a job that is no longer waited for, within the activity that knows of it: no later step of the orchestration would.</summary>
public sealed class AbandonedJobCanceler(TimeProvider timeProvider, ILogger<AbandonedJobCanceler> logger)
{
    // Half a minute in all, besides the calls. A provider that is away for longer ends its job by itself, sooner or later.
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(25)];

    /// <summary>Cancels the job at its provider. One that cannot be canceled is finished and paid for, which is logged.</summary>
    public async Task CancelAsync(IAsyncImageGenerator generator, string jobId, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await generator.CancelAsync(jobId, cancellationToken);
                return;
            }
            catch (GenerationException exception)
            {
                // After a timeout there is no retry: calls that hang would outlast the activity.
                var isLast = !exception.IsTransient || exception.Code == GenerationErrorCodes.Timeout || attempt == Pauses.Length;
                logger.LogWarning(
                    "Job {JobId} could not be canceled at {Provider}{Next}: {Reason}",
                    jobId, generator.Provider, isLast ? ", and is not tried again" : "", exception.Message);
                if (isLast)
                    return;
            }

            await Task.Delay(Pauses[attempt], timeProvider, cancellationToken);
        }
    }
}
