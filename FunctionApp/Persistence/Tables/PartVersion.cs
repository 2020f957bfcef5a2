namespace Atelier.Persistence.Tables;

/// <summary>
/// A row of <c>campaign_part_versions</c>: one version of a part. A part has such rows from its first regeneration on; until then its only version is in the
/// rows of the campaign and the image, which always have the current one.
/// </summary>
public sealed class PartVersion : ImageColumns
{
    public Guid CampaignId { get; init; }

    /// <summary><c>text</c> or <c>image/0</c>.</summary>
    public required string Part { get; init; }

    /// <summary>From 1.</summary>
    public int Number { get; init; }

    public PartStatus Status { get; set; }

    /// <summary>What it is made from; <see langword="null"/> for the campaign's prompt.</summary>
    public string? Prompt { get; init; }

    /// <summary>The image's seed; <see langword="null"/> for the provider's choice.</summary>
    public long? Seed { get; init; }

    /// <summary>The content of a text.</summary>
    public string? Text { get; set; }

    /// <summary>What it waits for.</summary>
    public PartWait? Wait { get; set; }

    /// <summary>The job's id at an asynchronous provider.</summary>
    public string? ProviderJobId { get; set; }

    /// <summary>The caller's <c>Idempotency-Key</c>; <see langword="null"/> for none.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Whether it becomes the current version once it is complete: not if the caller has chosen another meanwhile.</summary>
    public bool BecomesCurrent { get; set; }

    /// <summary>0 for the first orchestration that works on it; one more for each recovery.</summary>
    public int Run { get; set; }

    /// <summary>When its orchestration was last checked. Not visible to readers.</summary>
    public DateTimeOffset CheckedAt { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary><see langword="null"/> while it is being made.</summary>
    public DateTimeOffset? EndedAt { get; set; }
}
