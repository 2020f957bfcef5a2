namespace Atelier.Persistence.Tables;

/// <summary>A row of <c>webhooks</c>: an address that a caller's events are posted to.</summary>
public sealed class Webhook
{
    /// <summary>UUIDv7.</summary>
    public Guid Id { get; init; }

    public required string UserId { get; init; }

    public required string Url { get; init; }

    /// <summary>The types of events that it gets, out of <see cref="CampaignEventTypes"/>; empty for all.</summary>
    public required string[] EventTypes { get; init; }

    /// <summary>The signing secret, encrypted.</summary>
    public required byte[] Secret { get; init; }

    /// <summary>The secret before, encrypted: it signs too, until <see cref="PreviousSecretUntil"/>. <see langword="null"/> where it was never replaced.</summary>
    public byte[]? PreviousSecret { get; set; }

    /// <summary>When the secret before no longer signs.</summary>
    public DateTimeOffset? PreviousSecretUntil { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>How often its receiver has failed in a row; <see langword="null"/> before the first attempt.</summary>
    public int? Failures { get; set; }

    /// <summary>Nothing is sent before, because its receiver keeps failing.</summary>
    public DateTimeOffset RetryAt { get; set; }

    /// <summary>When its receiver refused further messages (410): none is sent from then on. <see langword="null"/> while it is enabled.</summary>
    public DateTimeOffset? DisabledAt { get; set; }
}
