using Atelier.Generation;

namespace Atelier.Persistence.Tables;

/// <summary>A row of <c>campaigns</c>: the campaign and its text, as readers see them.</summary>
public sealed class Campaign
{
    /// <summary>UUIDv7.</summary>
    public Guid Id { get; init; }

    /// <summary>Whose it is. Every query of a caller filters by it.</summary>
    public required string UserId { get; init; }

    /// <summary>The caller's <c>Idempotency-Key</c>; <see langword="null"/> for none.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>SHA-256 of the parsed request, to distinguish a repeated POST from another one under the same key.</summary>
    public required byte[] RequestHash { get; init; }

    public required string Prompt { get; init; }

    /// <summary>What its owner calls it; <see langword="null"/> for no name.</summary>
    public string? Name { get; set; }

    public bool Favorite { get; set; }

    /// <summary>As its owner wrote them; no two differ in case alone.</summary>
    public string[] Tags { get; set; } = [];

    public CampaignStatus Status { get; set; }

    public required CampaignRequest Request { get; init; }

    public string? Text { get; set; }

    /// <summary><see langword="null"/> where no text was asked for.</summary>
    public PartStatus? TextStatus { get; set; }

    public string? TextProvider { get; set; }

    public string? TextModel { get; set; }

    public TokenUsage? TextUsage { get; set; }

    /// <summary>The number of the text's current version.</summary>
    public int TextVersion { get; set; } = 1;

    /// <summary>How many versions the text has.</summary>
    public int TextVersions { get; set; } = 1;

    /// <summary>How many versions of parts are being made after the campaign has ended.</summary>
    public int Regenerating { get; set; }

    /// <summary>What the text waits for.</summary>
    public PartWait? TextWait { get; set; }

    public CampaignError? Error { get; set; }

    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>The orchestration that works on it; another one after a redrive.</summary>
    public required string InstanceId { get; set; }

    /// <summary>The number of the run: 0 for the first, one more for each redrive or recovery.</summary>
    public int Run { get; set; }

    /// <summary>When its orchestration was last checked, or it was accepted. Not visible to readers.</summary>
    public DateTimeOffset CheckedAt { get; set; }

    /// <summary>Counts the changes: concurrency token and ETag.</summary>
    public long Version { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    public DateTimeOffset? CompletedAt { get; set; }

    /// <summary>One an image that was asked for.</summary>
    public List<CampaignImage> Images { get; init; } = [];

    /// <summary>Every attempt at every part.</summary>
    public List<CampaignAttempt> Attempts { get; init; } = [];
}
