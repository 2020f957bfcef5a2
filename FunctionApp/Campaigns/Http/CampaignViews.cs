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
            campaign.TextStatus is { } status ? TextOf(campaign, status, AttemptsOf(attempts, Parts.Text, campaign.TextVersion, status)) : null,
            [.. campaign.Images.OrderBy(image => image.Index).Select(image => ImageOf(campaign, image, AttemptsOf(attempts, Parts.Image(image.Index), image.Version, image.Status)))],
            [.. campaign.Attempts.Where(attempt => attempt.Code is not null).OrderBy(attempt => attempt.EndedAt).Select(FailedAttempt)],
            campaign.Error,
            campaign.Metadata,
            campaign.Regenerating > 0,
            CampaignLinks.Links(campaign.Id));
    }

    /// <summary>The versions of all parts of a campaign whose images and attempts are loaded.</summary>
    /// <param name="campaign">The campaign.</param>
    /// <param name="versions">The rows of its versions.</param>
    public static IReadOnlyList<VersionView> VersionsOf(Campaign campaign, IReadOnlyList<PartVersion> versions)
    {
        var view = From(campaign);
        var rows = versions.ToLookup(version => version.Part);
        var attempts = campaign.Attempts.OrderBy(attempt => attempt.Attempt).ToLookup(attempt => attempt.Part);
        var text = view.Text is { } current ? VersionsOf(campaign, Parts.Text, CurrentOf(view, current), rows, attempts) : [];
        return [.. text, .. view.Images.SelectMany(image => VersionsOf(campaign, Parts.Image(image.Index), CurrentOf(view, image), rows, attempts))];
    }

    private static IEnumerable<VersionView> VersionsOf(
        Campaign campaign, string part, VersionView current, ILookup<string, PartVersion> rows, ILookup<string, CampaignAttempt> attempts)
    {
        foreach (var row in rows[part].OrderBy(row => row.Number))
        {
            // The campaign's rows have the current version; an attempt is counted under the version that it makes.
            CampaignAttempt[] made = [.. attempts[NameOf(part, row.Number)]];
            var isCurrent = row.Number == current.Version;
            yield return (isCurrent ? current : VersionOf(campaign, row, made)) with
            {
                Attempts = made.Length,
                Prompt = row.Prompt ?? campaign.Prompt,
                CreatedAt = row.CreatedAt,
                EndedAt = row.EndedAt,
            };
        }
        if (!rows.Contains(part))
            yield return current;
    }

    // Until a later version is complete again, what is made is the part itself: an image that was lost keeps its number.
    private static CampaignAttempt[] AttemptsOf(ILookup<string, CampaignAttempt> attempts, string part, int version, PartStatus status) =>
        [.. attempts[status == PartStatus.Complete ? NameOf(part, version) : part]];

    // The name of the attempts at a version.
    private static string NameOf(string part, int version) => version == 1 ? part : Parts.Version(part, version);

    private static VersionView VersionOf(Campaign campaign, PartVersion row, CampaignAttempt[] attempts) => new(
        row.Part,
        row.Number,
        Current: false,
        row.Status,
        row.Prompt ?? campaign.Prompt,
        row.Seed,
        row.Provider,
        row.Model,
        row.Status == PartStatus.Complete ? row.Text : null,
        row.Status == PartStatus.Complete && Parts.ImageIndexOf(row.Part) is { } index ? CampaignLinks.ImageAt(campaign.Id, index, row.Number) : null,
        row.Width,
        row.Height,
        attempts.Length,
        NextAttemptAt(row.Status, attempts, row.Wait),
        WaitOf(row.Status, row.Wait),
        row.Usage,
        ErrorOf(row.Status, attempts),
        row.CreatedAt,
        row.EndedAt);

    private static VersionView CurrentOf(CampaignView campaign, TextView text) => new(
        Parts.Text, text.Version, Current: true, text.Status, campaign.Prompt, Seed: null, text.Provider, text.Model, text.Content, Url: null, Width: null, Height: null,
        text.Attempts, text.NextAttemptAt, text.WaitingFor, text.Usage, text.Error, campaign.CreatedAt, campaign.CompletedAt);

    private static VersionView CurrentOf(CampaignView campaign, ImageView image) => new(
        Parts.Image(image.Index), image.Version, Current: true, image.Status, campaign.Prompt, image.Seed, image.Provider, image.Model, Content: null, image.Url,
        image.Width, image.Height, image.Attempts, image.NextAttemptAt, image.WaitingFor, Usage: null, image.Error, campaign.CreatedAt, campaign.CompletedAt);

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
        ErrorOf(status, attempts),
        campaign.TextVersion,
        campaign.TextVersions);

    private static ImageView ImageOf(Campaign campaign, CampaignImage image, CampaignAttempt[] attempts) => new(
        image.Index,
        image.Status,
        attempts.Length,
        NextAttemptAt(image.Status, attempts, image.Wait),
        WaitOf(image.Status, image.Wait),
        image.Status == PartStatus.Complete ? CampaignLinks.ImageAt(image.CampaignId, image.Index, image.Version) : null,
        image.Width,
        image.Height,
        image.Provider,
        image.Model,
        PartState.SeedOf(campaign, image),
        ErrorOf(image.Status, attempts),
        image.Version,
        image.Versions);

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
