using Atelier.Access;
using Atelier.Campaigns.Control;
using Atelier.Http;
using Atelier.Images;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Atelier.Problems;
using Microsoft.Azure.Functions.Worker;

namespace Atelier.Campaigns.Http;

/// <summary><c>GET /api/campaigns/{id}/archive</c>: all that is complete of a campaign, as a zip file.</summary>
public sealed class GetCampaignArchive(CampaignQueries queries, IImageStore store, LostImages lostImages, ILogger<GetCampaignArchive> logger)
{
    /// <summary>Streams the images, the text and a description of the campaign. An image that the store has lost is left out, and named in the description.</summary>
    [Function(nameof(GetCampaignArchive))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.CampaignArchive)] HttpRequest request,
        string id,
        CancellationToken cancellationToken)
    {
        var campaign = await queries.FindAsync(Caller.Of(request), PathId.Parse(id, "campaign"), cancellationToken)
            ?? throw ApiException.NotFound("campaign");
        var images = new List<ArchivedImage>();
        var missing = new List<string>();
        foreach (var image in campaign.Images.Where(image => image.Status == PartStatus.Complete).OrderBy(image => image.Index))
        {
            var name = $"image-{image.Index}{Path.GetExtension(image.BlobName)}";
            // Before the response begins: so a storage that is away is a 503. The bytes are read later.
            if (await OpenAsync(image, cancellationToken) is { } content)
                images.Add(new ArchivedImage(name, content.Content));
            else
                missing.Add(name);
        }
        if (images.Count == 0 && campaign.TextStatus != PartStatus.Complete)
            throw new ApiException(StatusCodes.Status409Conflict, "nothing_complete", "No part of the campaign is complete, so there is nothing to download.");
        return new CampaignArchive(campaign, images, missing, logger);
    }

    private async Task<ImageContent?> OpenAsync(CampaignImage image, CancellationToken cancellationToken)
    {
        var content = image.BlobName is { } name ? await store.OpenAsync(name, cancellationToken) : null;
        if (content is null)
            await lostImages.MarkAsync(image.CampaignId, image.Index, cancellationToken);
        return content;
    }
}
