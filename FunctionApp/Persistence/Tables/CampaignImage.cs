using Atelier.Generation;

namespace Atelier.Persistence.Tables;

/// <summary>A row of <c>campaign_images</c>: one image of a campaign. Its bytes are in the image store.</summary>
public sealed class CampaignImage
{
    public Guid CampaignId { get; init; }

    /// <summary>From 0.</summary>
    public int Index { get; init; }

    /// <summary>The number of the version that this row has: the current one.</summary>
    public int Version { get; set; } = 1;

    /// <summary>How many versions there are.</summary>
    public int Versions { get; set; } = 1;

    public PartStatus Status { get; set; }

    public string? BlobName { get; set; }

    public string? ContentType { get; set; }

    /// <summary>Length in bytes.</summary>
    public long? Bytes { get; set; }

    /// <summary>In pixels; <see langword="null"/> where the image's header does not say.</summary>
    public int? Width { get; set; }

    /// <summary>In pixels; <see langword="null"/> where the image's header does not say.</summary>
    public int? Height { get; set; }

    public required string Provider { get; set; }

    public string? Model { get; set; }

    public TokenUsage? Usage { get; set; }

    /// <summary>What it waits for.</summary>
    public PartWait? Wait { get; set; }

    /// <summary>The job's id at an asynchronous provider.</summary>
    public string? ProviderJobId { get; set; }
}
