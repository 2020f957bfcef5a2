using Atelier.Campaigns.Workflow.Jobs;
using Atelier.Durable;
using Atelier.Persistence;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace Atelier.Campaigns.Workflow;

/// <summary>Runs one campaign: marks it running, makes all parts in parallel, and records how it ended.</summary>
/// <remarks>Deterministic: it decides from its input and its activities' results alone.</remarks>
public static class CampaignOrchestrator
{
    // These two activities only write to PostgreSQL: they are retried for as long as an outage may last.
    private static readonly TaskOptions DatabaseRetryOptions = TaskOptions.FromRetryPolicy(new RetryPolicy(
        maxNumberOfAttempts: 500, TimeSpan.FromSeconds(1), backoffCoefficient: 2, maxRetryInterval: TimeSpan.FromMinutes(1)));

    /// <summary>The external event that ends the run of a campaign that was canceled.</summary>
    public const string CancelEvent = "cancel";

    /// <summary>Runs a campaign to its end.</summary>
    /// <returns>The campaign's status at the end, such as <c>COMPLETE</c>.</returns>
    [Function(nameof(CampaignOrchestrator))]
    public static async Task<string> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, CampaignInput input)
    {
        ILogger logger = context.CreateReplaySafeLogger(nameof(CampaignOrchestrator));
        string status = await context.CallActivityAsync<string>(nameof(MarkRunning), input.CampaignId.ToString("D"), DatabaseRetryOptions);
        if (status != MarkRunning.Running)
        {
            logger.LogInformation("Campaign {CampaignId} is {Status} already; nothing is left to do.", input.CampaignId, status);
            return status;
        }

        using var stop = new CancellationTokenSource();
        Task<object?> canceled = context.WaitForExternalEvent<object?>(CancelEvent, CancellationToken.None);
        CampaignProgress progress = CampaignProgress.Of(input.Parts);
        context.SetCustomStatus(progress);
        Task<FailedPart?[]> parts = Task.WhenAll(input.Parts.Select(async part =>
        {
            FailedPart? failed = await MakeAsync(context, logger, part, stop.Token);
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

        FailedPart?[] outcomes = await parts;
        var end = new CampaignEnd(input.CampaignId, input.Run, [.. outcomes.OfType<FailedPart>()]);
        status = await context.CallActivityAsync<string>(nameof(CompleteCampaign), end, DatabaseRetryOptions);
        logger.LogInformation("Campaign {CampaignId} is {Status}.", input.CampaignId, status);
        return status;
    }

    // A part that fails for good is an outcome, not an exception: the others still finish.
    private static async Task<FailedPart?> MakeAsync(
        TaskOrchestrationContext context, ILogger logger, PartInput part, CancellationToken stop)
    {
        AsyncImagePart? asyncPart = part.IsAsync ? new AsyncImagePart(context, part, stop) : null;
        ActivityFailure? failure = asyncPart is null ? await TryAsync(context, part, part.Retry) : await asyncPart.AttemptAsync();
        while (failure?.Wait is { } wait)
        {
            // The provider asked for more time than the policy gives: a durable timer waits, then the policy continues.
            await context.CreateTimer(wait.Delay, stop);
            failure = asyncPart is null
                ? await TryAsync(context, part, RetrySchedule.After(part.Retry, wait.Attempts))
                : await asyncPart.AttemptAsync();
        }
        if (failure is null)
            return null;

        logger.LogWarning(
            "Campaign {CampaignId} continues without {Part}: {Code}: {Reason}", part.CampaignId, part.Part, failure.Code, failure.Message);
        return new FailedPart(part.Image, failure.Code, failure.Message);
    }

    private static async Task<ActivityFailure?> TryAsync(TaskOrchestrationContext context, PartInput part, RetrySettings retry)
    {
        try
        {
            string activity = part.Image is null ? nameof(GenerateText) : nameof(GenerateImage);
            await context.CallActivityAsync(activity, part, TaskOptions.FromRetryPolicy(retry.ToPolicy()));
            return null;
        }
        catch (TaskFailedException exception)
        {
            return ActivityFailure.From(exception.FailureDetails);
        }
    }
}
