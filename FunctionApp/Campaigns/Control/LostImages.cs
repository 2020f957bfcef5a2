using Atelier.Campaigns.Workflow;
using Atelier.Images;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Microsoft.EntityFrameworkCore;

namespace Atelier.Campaigns.Control;

/// <summary>Finds images that the store has lost, and marks them as failed so that a redrive makes them again.</summary>
/// <remarks>A storage that dies right after it has confirmed a write may not have it when it starts again. One that is away has lost nothing.</remarks>
public sealed class LostImages(AtelierDbContext db, CampaignUpdater updater, IImageStore store, ILogger<LostImages> logger)
{
    /// <summary>Code of an image that was lost, and of its campaign's error.</summary>
    public const string Code = "image_lost";

    private const int MaxChecked = 20_000;

    private const string Message = "The image is no longer in Blob Storage; a retry makes it again.";

    /// <summary>Marks an image of a campaign that has ended as failed, if the store has none of its name.</summary>
    /// <returns>Whether it was lost.</returns>
    public async Task<bool> MarkAsync(Guid campaignId, int index, CancellationToken cancellationToken)
    {
        var lost = await updater.ChangeAsync(campaignId, userId: null, (change, token) => MarkAsync(change, index, token), cancellationToken);
        if (lost)
            logger.LogError("{Part} of campaign {CampaignId} is no longer in Blob Storage.", Parts.Image(index), campaignId);
        return lost;
    }

    /// <summary>Checks the images of campaigns that have ended recently, the latest first.</summary>
    /// <param name="since">Which campaigns are recent.</param>
    /// <param name="mayContinue">Whether there is time for one more image.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    /// <returns>How many were lost.</returns>
    public async Task<int> CheckAsync(DateTimeOffset since, Func<bool> mayContinue, CancellationToken cancellationToken)
    {
        var recent = await db.Campaigns.AsNoTracking()
            .Where(campaign => campaign.CompletedAt >= since)
            .OrderByDescending(campaign => campaign.CompletedAt)
            .SelectMany(campaign => campaign.Images
                .Where(image => image.Status == PartStatus.Complete)
                .Select(image => new { image.CampaignId, image.Index, image.BlobName }))
            .Take(MaxChecked)
            .ToListAsync(cancellationToken);
        var lost = 0;
        try
        {
            foreach (var image in recent.TakeWhile(_ => mayContinue()))
            {
                if (!await IsStoredAsync(image.BlobName, cancellationToken) && await MarkAsync(image.CampaignId, image.Index, cancellationToken))
                    lost++;
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning(exception, "Recent images cannot be checked now; the retention timer tries again.");
        }
        return lost;
    }

    private async Task<bool> MarkAsync(CampaignChange change, int index, CancellationToken cancellationToken)
    {
        var campaign = change.Campaign;
        var image = await change.FindImageAsync(index, cancellationToken);
        // While a campaign runs, its orchestration counts the image as made; the image is found missing once the campaign has ended. Whether it is
        // missing is looked up again under the lock: a redrive may just have made it.
        if (image is not { Status: PartStatus.Complete } || !campaign.Status.HasEnded() || await IsStoredAsync(image.BlobName, cancellationToken))
            return false;

        // Another image will take the name of this one.
        if (image.BlobName is { } name)
            await store.DeleteAllAsync(Thumbnails.PrefixOf(name), cancellationToken);
        image.Status = PartStatus.Failed;
        var part = Parts.Image(index);
        var last = await change.FindLastAttemptAsync(part, cancellationToken) ?? change.AddAttempt(part, 1, image.Provider);
        last.EndedAt ??= change.Now;
        last.Code = Code;
        last.Message = Message;
        if (campaign.Status == CampaignStatus.Complete)
        {
            campaign.Status = CampaignStatus.Failed;
            campaign.Error = new CampaignError(part, Code, Message);
            await change.AddDeadLetterAsync(Code, Message, cancellationToken);
            change.AddEvent(CampaignEventTypes.Failed, new { status = campaign.Status.ToText(), error = campaign.Error }, attempt: campaign.Run);
        }
        return true;
    }

    private async Task<bool> IsStoredAsync(string? name, CancellationToken cancellationToken) =>
        name is not null && await store.ExistsAsync(name, cancellationToken);
}
