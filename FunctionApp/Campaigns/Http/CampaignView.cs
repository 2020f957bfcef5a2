using Atelier.Generation;
using Atelier.Persistence;

namespace Atelier.Campaigns.Http;

/// <summary>A campaign as the API shows it.</summary>
public record CampaignView(
    Guid Id,
    CampaignStatus Status,
    string Prompt,
    string? Name,
    bool Favorite,
    IReadOnlyList<string> Tags,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? CompletedAt,
    TextView? Text,
    IReadOnlyList<ImageView> Images,
    IReadOnlyList<FailedAttemptView> FailedAttempts,
    CampaignError? Error,
    IReadOnlyDictionary<string, string> Metadata,
    bool Regenerating,
    LinksView Links);

/// <summary>The text of a campaign.</summary>
/// <param name="Status">Where it stands.</param>
/// <param name="Content">The text, once it is <c>COMPLETE</c>.</param>
/// <param name="Provider">Name of the provider that makes it.</param>
/// <param name="Model">The model that made it, as reported by the provider.</param>
/// <param name="Attempts">Attempts so far, the running one included.</param>
/// <param name="NextAttemptAt">When the next attempt begins, while it is <c>RETRYING</c> or waits for its provider.</param>
/// <param name="WaitingFor">The provider that it waits for without using up an attempt.</param>
/// <param name="Usage">What it cost in tokens, where the provider reports it.</param>
/// <param name="Error">Why its last attempt failed, while it is <c>RETRYING</c> or <c>FAILED</c>.</param>
/// <param name="Version">The number of the version that is shown.</param>
/// <param name="Versions">How many versions there are.</param>
public sealed record TextView(
    PartStatus Status,
    string? Content,
    string Provider,
    string? Model,
    int Attempts,
    DateTimeOffset? NextAttemptAt,
    PartWait? WaitingFor,
    TokenUsage? Usage,
    PartErrorView? Error,
    int Version,
    int Versions);

/// <summary>One image of a campaign.</summary>
/// <param name="Index">From 0.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Attempts">Attempts so far, the running one included.</param>
/// <param name="NextAttemptAt">When the next attempt begins, while it is <c>RETRYING</c> or waits for its provider.</param>
/// <param name="WaitingFor">The provider that it waits for without using up an attempt.</param>
/// <param name="Url">Where the bytes of this version are, once it is <c>COMPLETE</c>.</param>
/// <param name="Width">In pixels, where known.</param>
/// <param name="Height">In pixels, where known.</param>
/// <param name="Provider">Name of the provider that makes it.</param>
/// <param name="Model">The model that made it, as reported by the provider.</param>
/// <param name="Seed">Its seed; <see langword="null"/> for the provider's choice.</param>
/// <param name="Error">Why its last attempt failed, while it is <c>RETRYING</c> or <c>FAILED</c>.</param>
/// <param name="Version">The number of the version that is shown.</param>
/// <param name="Versions">How many versions there are.</param>
public sealed record ImageView(
    int Index,
    PartStatus Status,
    int Attempts,
    DateTimeOffset? NextAttemptAt,
    PartWait? WaitingFor,
    string? Url,
    int? Width,
    int? Height,
    string Provider,
    string? Model,
    long? Seed,
    PartErrorView? Error,
    int Version,
    int Versions);

/// <summary>Why a part's last attempt failed.</summary>
public sealed record PartErrorView(string Code, string Message);

/// <summary>One attempt that failed.</summary>
/// <param name="Part"><c>text</c> or <c>image/0</c>.</param>
/// <param name="Attempt">From 1.</param>
/// <param name="At">When it failed.</param>
/// <param name="Code">Stable code of the failure.</param>
/// <param name="Message">One human sentence.</param>
/// <param name="RetryInMs">Milliseconds until the next one; <see langword="null"/> where it was the last.</param>
public sealed record FailedAttemptView(string Part, int Attempt, DateTimeOffset At, string Code, string Message, long? RetryInMs);

/// <summary>Related addresses.</summary>
public sealed record LinksView(string Self, string Events, string Cancel);

/// <summary>A page of campaigns.</summary>
/// <param name="Items">The campaigns, newest first.</param>
/// <param name="NextCursor">Leads to the next page; <see langword="null"/> on the last.</param>
public sealed record CampaignPage(IReadOnlyList<CampaignView> Items, string? NextCursor);
