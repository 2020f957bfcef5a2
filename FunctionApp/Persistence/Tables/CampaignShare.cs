namespace Atelier.Persistence.Tables;

/// <summary>A row of <c>campaign_shares</c>: a link that shows a campaign to anyone who has it. Revoking it deletes the row.</summary>
public sealed class CampaignShare
{
    /// <summary>UUIDv7. No secret: only the token opens the share.</summary>
    public Guid Id { get; init; }

    public Guid CampaignId { get; init; }

    /// <summary>Whose campaign it is.</summary>
    public required string UserId { get; init; }

    /// <summary>SHA-256 of the token.</summary>
    public required byte[] TokenHash { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>From then on it shows nothing.</summary>
    public DateTimeOffset ExpiresAt { get; init; }
}
