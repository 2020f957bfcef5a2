using Atelier.Access;
using Atelier.Access.Limits;
using Atelier.Campaigns.Workflow;
using Atelier.Generation;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Atelier.Problems;
using Microsoft.DurableTask.Client;
using Microsoft.EntityFrameworkCore;

namespace Atelier.Campaigns.Control;

/// <summary>Regenerates parts of campaigns that have ended, and chooses among their versions.</summary>
public sealed class VersionControl(
    AtelierDbContext db, CampaignUpdater updater, CampaignQuota quota, CampaignScheduler scheduler, GeneratorCatalog generators)
{
    /// <summary>Begins a new version of a part of the caller's campaign; the present one stays until it is complete.</summary>
    /// <param name="client">The durable client.</param>
    /// <param name="caller">Whose campaign it must be.</param>
    /// <param name="id">The campaign.</param>
    /// <param name="image">Index of the image; <see langword="null"/> for the text.</param>
    /// <param name="prompt">What it is made from; <see langword="null"/> for the campaign's prompt.</param>
    /// <param name="seed">The image's seed; <see langword="null"/> for the provider's choice.</param>
    /// <param name="idempotencyKey">The same key gives the same version; <see langword="null"/> for none.</param>
    /// <param name="cancellationToken">Cancels before the commit.</param>
    /// <exception cref="ApiException">
    /// 400: the provider takes no seed. 404: there is no such part. 409: the campaign runs or was canceled, the part is being made already or has too many versions, or the key belongs to
    /// another request. 429: the caller's quota is used up.
    /// </exception>
    public async Task<PartVersion> RegenerateAsync(
        DurableTaskClient client, Caller caller, Guid id, int? image, string? prompt, long? seed, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var (version, isNew) = await updater.ChangeAsync(
            id,
            caller.UserId,
            async (change, token) =>
            {
                var part = image is { } index ? Parts.Image(index) : Parts.Text;
                if (idempotencyKey is not null && await FindByKeyAsync(id, idempotencyKey, token) is { } earlier)
                {
                    return earlier.Part == part && earlier.Prompt == prompt && earlier.Seed == seed
                        ? (earlier, false)
                        : throw Conflict("idempotency_conflict", "This Idempotency-Key was used for another request.");
                }
                return (await StartAsync(change, caller, image, prompt, seed, idempotencyKey, token), true);
            },
            cancellationToken);
        if (version is null)
            throw ApiException.NotFound("campaign");
        if (isNew)
            await scheduler.TryScheduleAsync(client, version, last: null);
        return version;
    }

    /// <summary>Makes a version that is complete the current one of its part.</summary>
    /// <exception cref="ApiException">404: there is no such version. 409: it is not complete, or the campaign runs.</exception>
    public async Task ChooseAsync(Caller caller, Guid id, int? image, int number, CancellationToken cancellationToken)
    {
        var found = await updater.ChangeAsync(
            id,
            caller.UserId,
            async (change, token) =>
            {
                var campaign = change.Campaign;
                var row = await FindPartAsync(change, image, token);
                if (!campaign.Status.HasEnded())
                    throw Running();
                var part = image is { } index ? Parts.Image(index) : Parts.Text;
                // What is being made was asked for before this choice.
                foreach (var open in (await change.FindOpenVersionsAsync(token)).Where(open => open.Part == part))
                    open.BecomesCurrent = false;
                if (number == (row?.Version ?? campaign.TextVersion))
                    return true;
                var version = await change.FindVersionAsync(part, number, token) ?? throw ApiException.NotFound("version");
                if (version.Status != PartStatus.Complete)
                    throw Conflict("version_not_complete", $"Version {number} is {version.Status.ToText()}.");
                await PartVersions.MakeCurrentAsync(change, version, token);
                // As often as the caller likes: the campaign's own version makes each event another one.
                change.AddEvent(
                    CampaignEventTypes.VersionChosen,
                    new { status = version.Status.ToText(), part, version = number },
                    part,
                    checked((int)(campaign.Version + 1)));
                return true;
            },
            cancellationToken);
        if (!found)
            throw ApiException.NotFound("campaign");
    }

    private async Task<PartVersion> StartAsync(
        CampaignChange change, Caller caller, int? image, string? prompt, long? seed, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var campaign = change.Campaign;
        var row = await FindFreePartAsync(change, image, cancellationToken);
        var provider = image is null
            ? generators.Text(generators.HasText(campaign.Request.TextProvider) ? campaign.Request.TextProvider : null).Provider
            : generators.ImageName(generators.HasImage(campaign.Request.ImageProvider) ? campaign.Request.ImageProvider : null);
        if (seed is not null && !generators.ImageModel(provider).Capabilities.Seed)
            throw ApiException.Invalid("seed", $"is not supported by provider {provider}.");
        if (await quota.TakeAsync(caller, isNew: true, cancellationToken) is { } refusal)
            throw refusal;
        return PartVersions.Start(change, row, provider, prompt, seed, idempotencyKey);
    }

    /// <summary>A part that can get another version.</summary>
    /// <param name="change">The campaign's change.</param>
    /// <param name="image">Index of the image; <see langword="null"/> for the text.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    /// <returns>The image; <see langword="null"/> for the text.</returns>
    /// <exception cref="ApiException">404: there is no such part. 409: the campaign runs or was canceled, the part is being made already or has too many versions.</exception>
    internal static async Task<CampaignImage?> FindFreePartAsync(CampaignChange change, int? image, CancellationToken cancellationToken)
    {
        var campaign = change.Campaign;
        var row = await FindPartAsync(change, image, cancellationToken);
        if (campaign.Status == CampaignStatus.Canceled)
            throw Conflict("campaign_canceled", "The campaign was canceled.");
        if (!campaign.Status.HasEnded())
            throw Running();
        var part = image is { } index ? Parts.Image(index) : Parts.Text;
        if ((await change.FindOpenVersionsAsync(cancellationToken)).Exists(open => open.Part == part))
            throw Conflict("part_busy", "Another version of this part is being made.");
        if ((row?.Versions ?? campaign.TextVersions) >= PartVersions.Max)
            throw Conflict("too_many_versions", $"A part has at most {PartVersions.Max} versions.");
        return row;
    }

    private static async Task<CampaignImage?> FindPartAsync(CampaignChange change, int? image, CancellationToken cancellationToken)
    {
        if (image is { } index)
            return await change.FindImageAsync(index, cancellationToken) ?? throw ApiException.NotFound("image");
        return change.Campaign.TextStatus is null ? throw ApiException.NotFound("text") : null;
    }

    private Task<PartVersion?> FindByKeyAsync(Guid id, string key, CancellationToken cancellationToken) =>
        db.Versions.AsNoTracking().SingleOrDefaultAsync(version => version.CampaignId == id && version.IdempotencyKey == key, cancellationToken);

    private static ApiException Running() => Conflict("campaign_running", "The campaign is running.");

    private static ApiException Conflict(string code, string detail) => new(StatusCodes.Status409Conflict, code, detail);
}
