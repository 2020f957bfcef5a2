namespace Atelier.Persistence.Tables;

/// <summary>A row of <c>dead_letters</c>: what used up its attempts and waits for an operator to redrive or drop it.</summary>
public sealed class DeadLetter
{
    /// <summary>The id of the campaign or of the delivery.</summary>
    public Guid Id { get; init; }

    public DeadLetterKind Kind { get; init; }

    public required string UserId { get; init; }

    /// <summary>The campaign, or the one whose event could not be delivered.</summary>
    public Guid CampaignId { get; init; }

    public required string ErrorCode { get; init; }

    public required string Message { get; init; }

    /// <summary>When the last attempt had failed.</summary>
    public DateTimeOffset At { get; init; }
}

/// <summary>What has failed for good.</summary>
public enum DeadLetterKind
{
    /// <summary>A campaign that is <c>FAILED</c>.</summary>
    Campaign,

    /// <summary>The delivery of an event to a webhook.</summary>
    Webhook,
}
