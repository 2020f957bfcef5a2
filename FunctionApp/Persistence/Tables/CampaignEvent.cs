namespace Atelier.Persistence.Tables;

/// <summary>A row of <c>campaign_events</c>, the outbox: written in the transaction of the change that it reports.</summary>
public sealed class CampaignEvent
{
    /// <summary>Orders all events as readers see them; below 2^53, so that JavaScript reads it exactly.</summary>
    public long Id { get; init; }

    public required string UserId { get; init; }

    public Guid CampaignId { get; init; }

    /// <summary>One of <see cref="CampaignEventTypes"/>.</summary>
    public required string Type { get; init; }

    /// <summary>The part that it is about; empty for the campaign itself.</summary>
    public string Part { get; init; } = "";

    /// <summary>
    /// The attempt at the part; for the campaign itself, its run: 0, and one more each redrive; for an update, the last 31 bits of the version that it led to.
    /// </summary>
    public int Attempt { get; init; }

    /// <summary>What the event says beyond these columns, as JSON.</summary>
    public required string Data { get; init; }

    public DateTimeOffset At { get; init; }
}

/// <summary>The types of events, as subscribers see them.</summary>
public static class CampaignEventTypes
{
    public const string Accepted = "campaign.accepted";
    public const string Started = "campaign.started";
    public const string TextCompleted = "campaign.text.completed";
    public const string ImageCompleted = "campaign.image.completed";
    public const string PartRetrying = "campaign.part.retrying";
    public const string VersionStarted = "campaign.version.started";
    public const string VersionCompleted = "campaign.version.completed";
    public const string VersionFailed = "campaign.version.failed";
    public const string VersionCanceled = "campaign.version.canceled";
    public const string VersionChosen = "campaign.version.chosen";
    public const string Completed = "campaign.completed";
    public const string Failed = "campaign.failed";
    public const string Canceled = "campaign.canceled";
    public const string Updated = "campaign.updated";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
        [Accepted, Started, TextCompleted, ImageCompleted, PartRetrying, Completed, Failed, Canceled, Updated,
            VersionStarted, VersionCompleted, VersionFailed, VersionCanceled, VersionChosen];
}
