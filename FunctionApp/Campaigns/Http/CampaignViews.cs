using System.Text.Json.Nodes;
using Atelier.Campaigns.Workflow;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Microsoft.DurableTask.Client;

namespace Atelier.Campaigns.Http;

/// <summary>Makes the API's view of a campaign from its rows.</summary>
internal static class CampaignViews
{
    /// <summary>The view of a campaign whose images and attempts are loaded.</summary>
    public static CampaignView From(Campaign campaign)
    {
        var attempts = campaign.Attempts
            .OrderBy(attempt => attempt.StartedAt).ThenBy(attempt => attempt.Attempt)
            .ToLookup(attempt => attempt.Part);
        return new CampaignView(
            campaign.Id,
            campaign.Status,
            campaign.Prompt,
            campaign.Name,
            campaign.Favorite,
            campaign.Tags,
            campaign.CreatedAt,
            campaign.UpdatedAt,
            campaign.CompletedAt,
            campaign.TextStatus is { } status ? TextOf(campaign, status, [.. attempts[Parts.Text]]) : null,
            [.. campaign.Images.OrderBy(image => image.Index).Select(image => ImageOf(image, [.. attempts[Parts.Image(image.Index)]]))],
            [.. campaign.Attempts.Where(attempt => attempt.Code is not null).OrderBy(attempt => attempt.EndedAt).Select(FailedAttempt)],
            campaign.Error,
            campaign.Metadata,
            CampaignLinks.Links(campaign.Id));
    }

    /// <summary>The view of an orchestration; <see langword="null"/> where the durable store has none.</summary>
    public static OrchestrationView? From(OrchestrationMetadata? instance) => instance is null ? null : new OrchestrationView(
        instance.InstanceId,
        instance.RuntimeStatus.ToString(),
        instance.CreatedAt,
        instance.LastUpdatedAt,
        instance.SerializedCustomStatus is { } status ? JsonNode.Parse(status) : null,
        FailureOf(instance));

    // The Functions host gives no details; there, the output of an instance that has failed is the failure's type and message.
    private static string? FailureOf(OrchestrationMetadata instance) =>
        instance.RuntimeStatus == OrchestrationRuntimeStatus.Failed ? instance.FailureDetails?.ToString() ?? instance.SerializedOutput : null;

    private static TextView TextOf(Campaign campaign, PartStatus status, CampaignAttempt[] attempts) => new(
        status,
        campaign.Text,
        campaign.TextProvider ?? campaign.Request.TextProvider,
        campaign.TextModel,
        attempts.Length,
        NextAttemptAt(status, attempts, campaign.TextWait),
        WaitOf(status, campaign.TextWait),
        campaign.TextUsage,
        ErrorOf(status, attempts));

    private static ImageView ImageOf(CampaignImage image, CampaignAttempt[] attempts) => new(
        image.Index,
        image.Status,
        attempts.Length,
        NextAttemptAt(image.Status, attempts, image.Wait),
        WaitOf(image.Status, image.Wait),
        image.Status == PartStatus.Complete ? CampaignLinks.ImageAt(image.CampaignId, image.Index) : null,
        image.Provider,
        ErrorOf(image.Status, attempts));

    private static DateTimeOffset? NextAttemptAt(PartStatus status, CampaignAttempt[] attempts, PartWait? wait) =>
        status == PartStatus.Retrying && attempts.LastOrDefault() is { EndedAt: { } endedAt, RetryInMs: { } retryInMs }
            ? endedAt.AddMilliseconds(retryInMs)
            : WaitOf(status, wait)?.Until;

    // What a part waited for remains in its row when it ends.
    private static PartWait? WaitOf(PartStatus status, PartWait? wait) => status is PartStatus.Pending or PartStatus.Retrying ? wait : null;

    // A part that made it in the end, or is at it again, shows no error: the failed attempts are listed beside it.
    private static PartErrorView? ErrorOf(PartStatus status, CampaignAttempt[] attempts) =>
        status is PartStatus.Retrying or PartStatus.Failed
        && attempts.LastOrDefault(attempt => attempt.Code is not null) is { Code: { } code, Message: { } message }
            ? new PartErrorView(code, message)
            : null;

    private static FailedAttemptView FailedAttempt(CampaignAttempt attempt) =>
        new(attempt.Part, attempt.Attempt, attempt.EndedAt!.Value, attempt.Code!, attempt.Message ?? "", attempt.RetryInMs);
}
