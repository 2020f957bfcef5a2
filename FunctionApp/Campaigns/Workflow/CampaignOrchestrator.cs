using Atelier.Campaigns.Workflow.Jobs;
using Atelier.Durable;
using Atelier.Persistence;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace Atelier.Campaigns.Workflow;

/// <summary>Runs one campaign: makes all parts in parallel, and records how it ended.</summary>
/// <remarks>Deterministic: it decides from its input and its activities' results alone.</remarks>
public static class CampaignOrchestrator
{
    /// <summary>The external event that ends the run of a campaign that was canceled.</summary>
    public const string CancelEvent = "cancel";

    private const string Running = "RUNNING";

    /// <summary>Runs a campaign to its end.</summary>
    /// <returns>The campaign's status at the end, such as <c>COMPLETE</c>.</returns>
    [Function(nameof(CampaignOrchestrator))]
    public static async Task<string> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, CampaignInput input)
    {
        var logger = context.CreateReplaySafeLogger(nameof(CampaignOrchestrator));
        // Instances of version 1.0 continue as they began. Since then the first part marks the campaign as running, and the last completes it.
        if (context.CompareVersionTo("1.1") < 0
            && await RecordAsync(context, logger, nameof(MarkRunning), input.CampaignId.ToString("D")) is not Running and var status)
        {
            return status;
        }

        string? ended = null;
        using var stop = new CancellationTokenSource();
        var canceled = context.WaitForExternalEvent<object?>(CancelEvent, CancellationToken.None);
        var progress = CampaignProgress.Of(input.Parts);
        context.SetCustomStatus(progress);
        var parts = Task.WhenAll(input.Parts.Select(async part =>
        {
            var failed = await MakeAsync(context, logger, part, status => ended = status is null or Running ? ended : status, stop.Token);
            progress = progress.After(part.Part, isDone: failed is null);
            context.SetCustomStatus(progress);
            return failed;
        }));
        if (await Task.WhenAny(parts, canceled) == canceled)
        {
            // An orchestration does not complete before its last timer has ended.
            stop.Cancel();
            await AsyncImagePart.CancelAsync(context, logger, input);
            logger.LogInformation("Campaign {CampaignId} was canceled.", input.CampaignId);
            return CampaignStatus.Canceled.ToText();
        }

        var outcomes = await parts;
        var regenerated = input.Parts.SingleOrDefault(part => part.IsRegenerated);
        var end = new CampaignEnd(input.CampaignId, input.Run, [.. outcomes.OfType<FailedPart>()], regenerated);
        ended ??= await RecordAsync(context, logger, nameof(CompleteCampaign), end);
        logger.LogInformation("Campaign {CampaignId} is {Status}.", input.CampaignId, ended);
        return ended;
    }

    // A part that fails for good is an outcome, not an exception: the others still finish.
    private static async Task<FailedPart?> MakeAsync(
        TaskOrchestrationContext context, ILogger logger, PartInput part, Action<string?> onMade, CancellationToken stop)
    {
        var asyncPart = part.IsAsync ? new AsyncImagePart(context, part, stop) : null;
        var failure = await AttemptAsync(part.Retry);
        for (var outages = 0; failure is { IsOutage: true } or { Wait: not null };)
        {
            // The policy continues after a durable timer: once the service may be back, or after the time that the provider asked for.
            await context.CreateTimer(failure.Wait?.Delay ?? RetrySchedule.OutageDelay(outages++), stop);
            failure = await AttemptAsync(failure.Wait is { } wait ? RetrySchedule.After(part.Retry, wait.Attempts) : part.Retry);
        }
        if (failure is null)
            return null;

        logger.LogWarning(
            "Campaign {CampaignId} continues without {Part}: {Code}: {Reason}", part.CampaignId, part.Part, failure.Code, failure.Message);
        return new FailedPart(part.Image, failure.Code, failure.Message);

        Task<ActivityFailure?> AttemptAsync(RetrySettings retry) => asyncPart is null ? TryAsync(context, part, retry, onMade) : asyncPart.AttemptAsync();
    }

    // These activities only write to PostgreSQL. They are repeated without a last time: an outage ends, and a defect is mended, or the run terminated.
    private static async Task<string> RecordAsync(TaskOrchestrationContext context, ILogger logger, string activity, object input)
    {
        for (var waits = 0; ; waits++)
        {
            try
            {
                return await context.CallActivityAsync<string>(activity, input);
            }
            catch (TaskFailedException exception)
            {
                var delay = RetrySchedule.OutageDelay(waits);
                logger.LogWarning("{Activity} failed and is repeated in {Delay}: {Reason}", activity, delay, exception.FailureDetails.ErrorMessage);
                await context.CreateTimer(delay, CancellationToken.None);
            }
        }
    }

    private static async Task<ActivityFailure?> TryAsync(
        TaskOrchestrationContext context, PartInput part, RetrySettings retry, Action<string?> onMade)
    {
        try
        {
            var activity = part.Image is null ? nameof(GenerateText) : nameof(GenerateImage);
            onMade(await context.CallActivityAsync<string?>(activity, part, TaskOptions.FromRetryPolicy(retry.ToPolicy())));
            return null;
        }
        catch (TaskFailedException exception)
        {
            return ActivityFailure.From(exception.FailureDetails);
        }
    }
}
