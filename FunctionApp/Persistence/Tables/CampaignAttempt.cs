namespace Atelier.Persistence.Tables;

/// <summary>A row of <c>campaign_attempts</c>: one attempt at one part, written before its provider is called.</summary>
public sealed class CampaignAttempt
{
    public Guid CampaignId { get; init; }

    /// <summary><c>text</c> or <c>image/0</c>.</summary>
    public required string Part { get; init; }

    /// <summary>From 1, over all runs of the campaign.</summary>
    public int Attempt { get; init; }

    public DateTimeOffset StartedAt { get; set; }

    /// <summary><see langword="null"/> while it runs, and where the process died with it.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Code of its failure; <see langword="null"/> when it succeeded or has not ended.</summary>
    public string? Code { get; set; }

    public string? Message { get; set; }

    public required string Provider { get; init; }

    /// <summary>Milliseconds from its end to the next attempt; <see langword="null"/> when there is none.</summary>
    public long? RetryInMs { get; set; }
}
