using Atelier.Durable;
using Atelier.Generation;
using Microsoft.DurableTask;

namespace Atelier.Campaigns.Workflow.Jobs;

/// <summary>
/// An image of an asynchronous provider within <see cref="CampaignOrchestrator"/>: order it, wait for the event that its callback raises while a
/// monitor polls, store it. Deterministic, as the orchestrator is.
/// </summary>
internal sealed class AsyncImagePart
{
    // Retried for about a minute. A provider that is away for longer ends its job by itself, sooner or later.
    private static readonly TaskOptions Cancelling = TaskOptions.FromRetryPolicy(new RetryPolicy(
        maxNumberOfAttempts: 5, TimeSpan.FromSeconds(1), backoffCoefficient: 3, maxRetryInterval: TimeSpan.FromSeconds(30)));

    private readonly TaskOrchestrationContext _context;
    private readonly PartInput _part;
    private readonly CancellationToken _stop;
    private readonly TaskOptions _options;
    private Task<ImageReport?> _callback;
    private int _monitors;

    /// <summary>Begins to listen for the image's callback.</summary>
    /// <param name="context">The orchestration.</param>
    /// <param name="part">The image.</param>
    /// <param name="stop">Canceled when the campaign is: the monitor ends.</param>
    public AsyncImagePart(TaskOrchestrationContext context, PartInput part, CancellationToken stop)
    {
        _context = context;
        _part = part;
        _stop = stop;
        // The activities share one attempt, and ActivityFailure.Wait spaces attempts. The policy only repeats an activity that fails for another reason.
        _options = TaskOptions.FromRetryPolicy(part.Retry.ToPolicy());
        _callback = ListenAsync();
    }

    /// <summary>Makes one attempt.</summary>
    /// <returns>Why it failed; <see langword="null"/> where the image is there, or no longer wanted.</returns>
    /// <exception cref="OperationCanceledException">The campaign was canceled.</exception>
    public async Task<ActivityFailure?> AttemptAsync()
    {
        try
        {
            var job = await _context.CallActivityAsync<SubmittedImage?>(nameof(SubmitImage), _part, _options);
            if (job is null)
                return null;
            var report = await AwaitAsync(job);
            await _context.CallActivityAsync(nameof(StoreImage), new ImageJobInput(_part, report), _options);
            return null;
        }
        catch (TaskFailedException exception)
        {
            return ActivityFailure.From(exception.FailureDetails);
        }
    }

    /// <summary>Cancels the jobs of a canceled campaign at their providers.</summary>
    public static async Task CancelAsync(TaskOrchestrationContext context, ILogger logger, CampaignInput input)
    {
        if (!input.Parts.Any(part => part.IsAsync))
            return;
        try
        {
            await context.CallActivityAsync<int>(nameof(CancelImages), input.CampaignId.ToString("D"), Cancelling);
        }
        catch (TaskFailedException exception)
        {
            // A job that cannot be canceled is finished and paid for; the campaign is canceled nevertheless.
            var failure = ActivityFailure.From(exception.FailureDetails);
            logger.LogWarning(
                "Jobs of campaign {CampaignId} could not be canceled: {Code}: {Reason}", input.CampaignId, failure.Code, failure.Message);
        }
    }

    private async Task<ImageReport> AwaitAsync(SubmittedImage job)
    {
        var monitorId = $"{_context.InstanceId}-image-{_part.Image}-{++_monitors}";
        var watch = new JobWatch(
            _part, job.JobId, job.Timeout, job.PollInterval, Pause: job.IsKnown ? TimeSpan.Zero : job.PollInterval);
        var monitor = _context.CallSubOrchestratorAsync<ImageReport?>(
            nameof(MonitorImageJob), watch, new SubOrchestrationOptions(instanceId: monitorId));
        // An orchestration does not complete before its sub-orchestrations have.
        using var stopping = _stop.Register(() => StopMonitor(monitorId));

        while (await Task.WhenAny(_callback, monitor) == _callback)
        {
            var report = await _callback;
            _callback = ListenAsync();
            // A callback of an earlier job, or the same one twice, is not this job's.
            if (report?.JobId != job.JobId || report.Status == ImageJobStatus.Running)
                continue;
            StopMonitor(monitorId);
            return report;
        }

        _stop.ThrowIfCancellationRequested();
        return await monitor ?? ImageReport.TimedOut(job.JobId);
    }

    // The same wait is raced repeatedly: an abandoned wait would still consume the event, and lose it.
    private Task<ImageReport?> ListenAsync() => _context.WaitForExternalEvent<ImageReport?>(_part.Part, CancellationToken.None);

    private void StopMonitor(string monitorId) => _context.SendEvent(monitorId, MonitorImageJob.StopEvent, true);
}
