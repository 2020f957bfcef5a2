using Atelier.Persistence;
using Atelier.Persistence.Tables;

namespace Atelier.Campaigns.Workflow;

/// <summary>The state of one part: a text's is in the campaign's row, an image's in its own row.</summary>
internal sealed class PartState(Campaign campaign, CampaignImage? image)
{
    /// <summary>Its name, <c>text</c> or <c>image/0</c>.</summary>
    public string Name => image is null ? Parts.Text : Parts.Image(image.Index);

    /// <summary>Where the part stands.</summary>
    public PartStatus Status
    {
        get => image?.Status ?? campaign.TextStatus!.Value;
        set
        {
            if (image is not null)
                image.Status = value;
            else
                campaign.TextStatus = value;
        }
    }

    /// <summary>The provider that it waits for; <see langword="null"/> while it does not wait.</summary>
    public PartWait? Wait
    {
        set
        {
            if (image is not null)
                image.Wait = value;
            else
                campaign.TextWait = value;
        }
    }

    /// <summary>Name of the provider that makes it.</summary>
    public string Provider => image?.Provider ?? campaign.Request.TextProvider;

    /// <summary>Finds a part; <see langword="null"/> where the campaign has no such part.</summary>
    public static async Task<PartState?> FindAsync(CampaignChange change, int? image, CancellationToken cancellationToken)
    {
        if (image is not { } index)
            return change.Campaign.TextStatus is null ? null : new PartState(change.Campaign, image: null);
        return await change.FindImageAsync(index, cancellationToken) is { } row ? new PartState(change.Campaign, row) : null;
    }
}
