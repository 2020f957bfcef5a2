namespace Atelier.Persistence.Tables;

/// <summary>A row of <c>campaign_images</c>: one image of a campaign. Its bytes are in the image store.</summary>
public sealed class CampaignImage : ImageColumns
{
    public Guid CampaignId { get; init; }

    /// <summary>From 0.</summary>
    public int Index { get; init; }

    /// <summary>The number of the version that this row has: the current one.</summary>
    public int Version { get; set; } = 1;

    /// <summary>How many versions there are.</summary>
    public int Versions { get; set; } = 1;

    /// <summary>The seed of a version after the first; the first has the one of the campaign's request.</summary>
    public long? Seed { get; set; }

    public PartStatus Status { get; set; }

    /// <summary>What it waits for.</summary>
    public PartWait? Wait { get; set; }

    /// <summary>The job's id at an asynchronous provider.</summary>
    public string? ProviderJobId { get; set; }
}
