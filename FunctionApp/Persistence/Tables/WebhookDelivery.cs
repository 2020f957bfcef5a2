namespace Atelier.Persistence.Tables;

/// <summary>A row of <c>webhook_deliveries</c>: one event for one webhook. A trigger writes it in the transaction of the event.</summary>
public sealed class WebhookDelivery
{
    public Guid Id { get; init; }

    public Guid WebhookId { get; init; }

    public required string UserId { get; init; }

    public Guid CampaignId { get; init; }

    /// <summary>The event; what is sent is made from it.</summary>
    public long EventId { get; init; }

    public DeliveryStatus Status { get; set; }

    /// <summary>Calls made so far, over all runs.</summary>
    public int Attempts { get; set; }

    /// <summary>Those of them that earlier runs made.</summary>
    public int AttemptsBefore { get; set; }

    /// <summary>0 for the first run; one more for each redrive.</summary>
    public int Run { get; set; }

    /// <summary>Why the last call failed; <see langword="null"/> when none has.</summary>
    public string? ErrorCode { get; set; }

    public string? ErrorMessage { get; set; }

    /// <summary>HTTP status of the last response.</summary>
    public int? ResponseStatus { get; set; }

    /// <summary>The first kilobyte of the last response, to help find the cause.</summary>
    public string? ResponseBody { get; set; }

    /// <summary>How long the last call took, in milliseconds; <see langword="null"/> before the first.</summary>
    public int? DurationMs { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its run began: when it was written, or redriven.</summary>
    public DateTimeOffset StartedAt { get; set; }

    /// <summary>When the next attempt may be made; while one is under way, when its lease ends.</summary>
    public DateTimeOffset DueAt { get; set; }

    /// <summary>When it was delivered or its attempts were used up; <see langword="null"/> before.</summary>
    public DateTimeOffset? CompletedAt { get; set; }
}

/// <summary>Where a delivery stands. Stored in upper case.</summary>
public enum DeliveryStatus
{
    /// <summary>An attempt is due, under way or will follow.</summary>
    Pending,

    /// <summary>The receiver has responded with a 2xx status.</summary>
    Delivered,

    /// <summary>Its attempts are used up: a dead letter.</summary>
    Dead,
}
