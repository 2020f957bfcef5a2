using Atelier.Persistence;
using Atelier.Persistence.Tables;

namespace Atelier.Campaigns.Workflow;

/// <summary>What happens to a version of a part, while its campaign is locked.</summary>
internal static class PartVersions
{
    /// <summary>The most versions of a part.</summary>
    public const int Max = 20;

    /// <summary>The provider of a text that the caller wrote.</summary>
    private const string WrittenByCaller = "user";

    /// <summary>Code of an attempt that was abandoned.</summary>
    private const string Canceled = "canceled";

    /// <summary>Adds the next version of a part, and on the first time the present one.</summary>
    /// <param name="change">The campaign's change.</param>
    /// <param name="image">The image; <see langword="null"/> for the text.</param>
    /// <param name="provider">Who makes it.</param>
    /// <param name="prompt">What it is made from; <see langword="null"/> for the campaign's prompt.</param>
    /// <param name="seed">The image's seed; <see langword="null"/> for the provider's choice.</param>
    /// <param name="idempotencyKey">The caller's key; <see langword="null"/> for none.</param>
    public static PartVersion Start(CampaignChange change, CampaignImage? image, string provider, string? prompt, long? seed, string? idempotencyKey)
    {
        var version = Add(change, image, provider, prompt, seed, idempotencyKey);
        change.Campaign.Regenerating++;
        AddEvent(change, CampaignEventTypes.VersionStarted, version);
        return version;
    }

    /// <summary>Adds a text that the caller wrote as the next version, and makes it the current one.</summary>
    public static async Task AddWrittenAsync(CampaignChange change, string text, CancellationToken cancellationToken)
    {
        var version = Add(change, image: null, WrittenByCaller);
        version.Text = text;
        version.Status = PartStatus.Complete;
        version.EndedAt = change.Now;
        AddEvent(change, CampaignEventTypes.VersionCompleted, version);
        await MakeCurrentAsync(change, version, cancellationToken);
    }

    /// <summary>Ends a version whose content is in its row, and makes it the current one unless the caller has chosen another meanwhile.</summary>
    public static async Task CompleteAsync(CampaignChange change, PartVersion version, CancellationToken cancellationToken)
    {
        End(change, version, PartStatus.Complete, CampaignEventTypes.VersionCompleted);
        if (version.BecomesCurrent)
            await MakeCurrentAsync(change, version, cancellationToken);
    }

    /// <summary>Ends a version that could not be made. The current version stays.</summary>
    public static async Task FailAsync(
        CampaignChange change, PartVersion version, IReadOnlyList<FailedPart> failed, CancellationToken cancellationToken)
    {
        foreach (var one in failed)
            await CompleteCampaign.RecordFailureAsync(change, new PartState(change.Campaign, image: null, version), one, cancellationToken);
        End(change, version, PartStatus.Failed, CampaignEventTypes.VersionFailed, failed is [var first, ..] ? new CampaignError(version.Part, first.Code, first.Message) : null);
    }

    /// <summary>Cancels versions that are being made. The current versions stay.</summary>
    public static async Task CancelAsync(
        CampaignChange change, IReadOnlyList<PartVersion> versions, string reason, CancellationToken cancellationToken)
    {
        string[] names = [.. versions.Select(version => Parts.Version(version.Part, version.Number))];
        foreach (var version in versions)
            End(change, version, PartStatus.Canceled, CampaignEventTypes.VersionCanceled);
        foreach (var attempt in (await change.FindOpenAttemptsAsync(cancellationToken)).Where(attempt => names.Contains(attempt.Part)))
        {
            attempt.EndedAt = change.Now;
            attempt.Code = Canceled;
            attempt.Message = reason;
        }
    }

    /// <summary>Shows readers another version of a part. A failed campaign that lacked nothing else is complete then.</summary>
    public static async Task MakeCurrentAsync(CampaignChange change, PartVersion version, CancellationToken cancellationToken)
    {
        var campaign = change.Campaign;
        var image = Parts.ImageIndexOf(version.Part) is { } index ? await change.FindImageAsync(index, cancellationToken) : null;
        // The row has the newer content of the current version: a lost image is made again under its number.
        if (await change.FindVersionAsync(version.Part, image?.Version ?? campaign.TextVersion, cancellationToken) is { } current)
            Read(current, campaign, image);
        Write(version, campaign, image);
        if (campaign.Status == CampaignStatus.Failed)
            await MendAsync(change, version.Part, cancellationToken);
    }

    private static async Task MendAsync(CampaignChange change, string part, CancellationToken cancellationToken)
    {
        var campaign = change.Campaign;
        var images = await change.FindImagesAsync(cancellationToken);
        var failed = campaign.TextStatus == PartStatus.Failed
            ? Parts.Text
            : images.Find(image => image.Status == PartStatus.Failed) is { } image ? Parts.Image(image.Index) : null;
        if (failed is null)
        {
            campaign.Status = CampaignStatus.Complete;
            campaign.Error = null;
            campaign.CompletedAt = change.Now;
            // One event of a kind in a run.
            campaign.Run++;
            await change.RemoveDeadLetterAsync(cancellationToken);
            change.AddEvent(CampaignEventTypes.Completed, new { status = campaign.Status.ToText(), error = campaign.Error }, attempt: campaign.Run);
        }
        else if (campaign.Error?.Part == part && await change.FindLastAttemptAsync(failed, cancellationToken) is { Code: { } code, Message: { } message })
        {
            campaign.Error = new CampaignError(failed, code, message);
        }
    }

    private static void End(CampaignChange change, PartVersion version, PartStatus status, string type, CampaignError? error = null)
    {
        version.Status = status;
        version.EndedAt = change.Now;
        version.Wait = null;
        change.Campaign.Regenerating--;
        AddEvent(change, type, version, error);
    }

    private static void AddEvent(CampaignChange change, string type, PartVersion version, CampaignError? error = null) => change.AddEvent(
        type,
        new { status = version.Status.ToText(), part = version.Part, version = version.Number, error },
        version.Part,
        version.Number);

    private static PartVersion Add(
        CampaignChange change, CampaignImage? image, string provider, string? prompt = null, long? seed = null, string? idempotencyKey = null)
    {
        var number = (image?.Versions ?? change.Campaign.TextVersions) + 1;
        if (number == 2)
            change.AddVersion(New(change, image, number: 1, isOpen: false));
        var version = New(change, image, number, isOpen: true, provider, prompt, seed, idempotencyKey);
        change.AddVersion(version);
        if (image is not null)
            image.Versions = number;
        else
            change.Campaign.TextVersions = number;
        return version;
    }

    private static PartVersion New(
        CampaignChange change,
        CampaignImage? image,
        int number,
        bool isOpen,
        string? provider = null,
        string? prompt = null,
        long? seed = null,
        string? idempotencyKey = null)
    {
        var campaign = change.Campaign;
        var version = new PartVersion
        {
            CampaignId = campaign.Id,
            Part = image is null ? Parts.Text : Parts.Image(image.Index),
            Number = number,
            Status = PartStatus.Pending,
            Provider = provider ?? "",
            Prompt = prompt,
            Seed = isOpen || image is null ? seed : PartState.SeedOf(campaign, image),
            IdempotencyKey = idempotencyKey,
            BecomesCurrent = isOpen,
            CheckedAt = change.Now,
            CreatedAt = isOpen ? change.Now : campaign.CreatedAt,
            EndedAt = isOpen ? null : campaign.CompletedAt ?? change.Now,
        };
        if (!isOpen)
            Read(version, campaign, image);
        return version;
    }

    private static void Read(PartVersion version, Campaign campaign, CampaignImage? image)
    {
        if (image is not null)
        {
            version.Status = image.Status;
            version.CopyFrom(image);
            return;
        }
        version.Status = campaign.TextStatus!.Value;
        version.Text = campaign.Text;
        version.Provider = campaign.TextProvider ?? campaign.Request.TextProvider;
        version.Model = campaign.TextModel;
        version.Usage = campaign.TextUsage;
    }

    private static void Write(PartVersion version, Campaign campaign, CampaignImage? image)
    {
        if (image is not null)
        {
            image.Version = version.Number;
            image.Seed = version.Seed;
            image.Status = version.Status;
            image.CopyFrom(version);
            return;
        }
        campaign.TextVersion = version.Number;
        campaign.TextStatus = version.Status;
        campaign.Text = version.Text;
        campaign.TextProvider = version.Provider;
        campaign.TextModel = version.Model;
        campaign.TextUsage = version.Usage;
    }
}
