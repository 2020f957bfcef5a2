using Atelier.Generation;
using Microsoft.DurableTask;

namespace Atelier.Campaigns.Workflow;

/// <summary>
/// The way of an image of an asynchronous provider, part of <see cref="CampaignOrchestrator"/>: order it, wait for the event that its callback
/// raises while a durable timer asks for it from time to time, store it. Deterministic, as the orchestrator is.
/// </summary>
internal static class AsyncImagePart
{
    private const double PollBackoff = 1.5;
    private static readonly TimeSpan LongestPollInterval = TimeSpan.FromSeconds(30);

    // A provider that is away for longer than a minute ends its job by itself, sooner or later.
    private static readonly TaskOptions Cancelling = TaskOptions.FromRetryPolicy(new RetryPolicy(
        maxNumberOfAttempts: 5, TimeSpan.FromSeconds(1), backoffCoefficient: 3, maxRetryInterval: TimeSpan.FromSeconds(30)));

    /// <summary>Makes the image.</summary>
    /// <param name="context">The orchestration.</param>
    /// <param name="part">The image.</param>
    /// <param name="options">How activities are repeated that fail for no reason of the provider's.</param>
    /// <param name="stop">Ends every timer.</param>
    /// <returns>Why it could not be made; <see langword="null"/> where it was. Never one with a wait.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public static async Task<PartFailure?> MakeAsync(
        TaskOrchestrationContext context, PartInput part, TaskOptions options, CancellationToken stop)
    {
        var reports = new Reports(context, part.Part);
        while (true)
        {
            PartFailure? failure = await AttemptAsync(context, part, reports, options, stop);
            if (failure?.Wait is not { } wait)
                return failure;
            await context.CreateTimer(wait.Delay, stop);
        }
    }

    /// <summary>Cancels at their providers what a stopped campaign has ordered.</summary>
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
            // What cannot be cancelled is made and paid for; the campaign is stopped all the same.
            PartFailure failure = PartFailure.From(exception.FailureDetails);
            logger.LogWarning(
                "Jobs of campaign {CampaignId} could not be cancelled: {Code}: {Reason}", input.CampaignId, failure.Code, failure.Message);
        }
    }

    private static async Task<PartFailure?> AttemptAsync(
        TaskOrchestrationContext context, PartInput part, Reports reports, TaskOptions options, CancellationToken stop)
    {
        try
        {
            SubmittedImage? job = await context.CallActivityAsync<SubmittedImage?>(nameof(SubmitImage), part, options);
            if (job is null)
                return null;
            ImageReport report = await AwaitAsync(context, part, job, reports, options, stop);
            await context.CallActivityAsync(nameof(StoreImage), new ImageJobInput(part, report), options);
            return null;
        }
        catch (TaskFailedException exception)
        {
            return PartFailure.From(exception.FailureDetails);
        }
    }

    private static async Task<ImageReport> AwaitAsync(
        TaskOrchestrationContext context,
        PartInput part,
        SubmittedImage job,
        Reports reports,
        TaskOptions options,
        CancellationToken stop)
    {
        DateTime deadline = context.CurrentUtcDateTime + job.Timeout;
        TimeSpan interval = job.PollInterval;
        TimeSpan pause = job.IsKnown ? TimeSpan.Zero : interval;
        while (true)
        {
            if (pause > TimeSpan.Zero && await reports.RaceAsync(job.JobId, pause, stop) is { } told)
                return told;
            var question = new ImageJobInput(part, new ImageReport(job.JobId, ImageJobStatus.Running));
            ImageReport answer = await context.CallActivityAsync<ImageReport>(nameof(PollImage), question, options);
            if (answer.Status != ImageJobStatus.Running)
                return answer;

            TimeSpan left = deadline - context.CurrentUtcDateTime;
            if (left <= TimeSpan.Zero)
                return ImageReport.TimedOut(job.JobId);
            pause = answer.AskAgainIn > interval ? answer.AskAgainIn.Value : interval;
            if (pause > left)
                pause = left;
            interval = Longer(interval);
        }
    }

    private static TimeSpan Longer(TimeSpan interval)
    {
        if (interval >= LongestPollInterval)
            return interval;
        TimeSpan longer = interval * PollBackoff;
        return longer < LongestPollInterval ? longer : LongestPollInterval;
    }

    /// <summary>
    /// The event of one image. It is waited for once, and the same wait is raced against one timer after another: a wait that was
    /// given up would still take the event, and lose it.
    /// </summary>
    private sealed class Reports(TaskOrchestrationContext context, string name)
    {
        private Task<ImageReport> _next = context.WaitForExternalEvent<ImageReport>(name, CancellationToken.None);

        /// <summary>Waits for the report of a job.</summary>
        /// <returns>The report; <see langword="null"/> when the time is up.</returns>
        public async Task<ImageReport?> RaceAsync(string jobId, TimeSpan time, CancellationToken stop)
        {
            // An orchestration stays until its last timer has ended: one that lost its race is cancelled.
            using var lost = CancellationTokenSource.CreateLinkedTokenSource(stop);
            Task timer = context.CreateTimer(time, lost.Token);
            while (await Task.WhenAny(_next, timer) == _next)
            {
                ImageReport? report = await _next;
                _next = context.WaitForExternalEvent<ImageReport>(name, CancellationToken.None);
                // A callback of an earlier job, or the same one twice, is not this job's.
                if (report?.JobId != jobId || report.Status == ImageJobStatus.Running)
                    continue;
                lost.Cancel();
                return report;
            }
            await timer;
            return null;
        }
    }
}
