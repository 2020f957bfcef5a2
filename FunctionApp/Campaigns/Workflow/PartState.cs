using Atelier.Persistence;
using Atelier.Persistence.Tables;

namespace Atelier.Campaigns.Workflow;

/// <summary>The state of one part: a text's is in the campaign's row, an image's in its own row, that of a part that is regenerated in its version's row.</summary>
internal sealed class PartState(Campaign campaign, CampaignImage? image, PartVersion? version = null)
{
    /// <summary>Its name, <c>text</c>, <c>image/0</c> or <c>image/0/v2</c>.</summary>
    public string Name => version is not null ? Parts.Version(version.Part, version.Number) : image is null ? Parts.Text : Parts.Image(image.Index);

    /// <summary>Where the part stands.</summary>
    public PartStatus Status
    {
        get => version?.Status ?? image?.Status ?? campaign.TextStatus!.Value;
        set
        {
            if (version is not null)
                version.Status = value;
            else if (image is not null)
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
            if (version is not null)
                version.Wait = value;
            else if (image is not null)
                image.Wait = value;
            else
                campaign.TextWait = value;
        }
    }

    /// <summary>The job's id at an asynchronous provider. Only images have one.</summary>
    public string? ProviderJobId
    {
        get => version is not null ? version.ProviderJobId : image?.ProviderJobId;
        set
        {
            if (version is not null)
                version.ProviderJobId = value;
            else if (image is not null)
                image.ProviderJobId = value;
        }
    }

    /// <summary>Name of the provider that makes it.</summary>
    public string Provider => version?.Provider ?? image?.Provider ?? campaign.Request.TextProvider;

    /// <summary>What it is made from.</summary>
    public string Prompt => version?.Prompt ?? campaign.Prompt;

    /// <summary>The row of its version, where it is regenerated.</summary>
    public PartVersion? Version => version;

    /// <summary>Finds a part; <see langword="null"/> where the campaign has no such part.</summary>
    public static async Task<PartState?> FindAsync(CampaignChange change, PartInput input, CancellationToken cancellationToken)
    {
        if (!input.IsRegenerated)
            return await FindAsync(change, input.Image, cancellationToken);
        return await change.FindVersionAsync(input.Base, input.Version, cancellationToken) is { } row
            ? new PartState(change.Campaign, image: null, row)
            : null;
    }

    /// <summary>Finds a part of the campaign itself; <see langword="null"/> where it has no such part.</summary>
    public static async Task<PartState?> FindAsync(CampaignChange change, int? image, CancellationToken cancellationToken)
    {
        if (image is not { } index)
            return change.Campaign.TextStatus is null ? null : new PartState(change.Campaign, image: null);
        return await change.FindImageAsync(index, cancellationToken) is { } row ? new PartState(change.Campaign, row) : null;
    }

    /// <summary>Whether the run that an activity belongs to is still the part's current one, and neither has ended it nor was canceled.</summary>
    public bool IsWantedBy(PartInput input) => version is not null
        ? version.EndedAt is null && version.Run == input.Run
        : !campaign.Status.HasEnded() && campaign.Run == input.Run;
}
