using Atelier.Generation;
using Atelier.Persistence;

namespace Atelier.Campaigns.Http;

/// <summary>One version of a part.</summary>
/// <param name="Part"><c>text</c> or <c>image/0</c>.</param>
/// <param name="Version">From 1.</param>
/// <param name="Current">Whether the campaign shows this one.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Prompt">What it is made from.</param>
/// <param name="Provider">Name of the provider that makes it.</param>
/// <param name="Model">The model that made it, as reported by the provider.</param>
/// <param name="Content">The text, where it is one and <c>COMPLETE</c>.</param>
/// <param name="Url">Where the image's bytes are, where it is one and <c>COMPLETE</c>.</param>
/// <param name="Width">Of the image, in pixels, where known.</param>
/// <param name="Height">Of the image, in pixels, where known.</param>
/// <param name="Attempts">Attempts so far, the running one included.</param>
/// <param name="NextAttemptAt">When the next attempt begins, while it is <c>RETRYING</c> or waits for its provider.</param>
/// <param name="WaitingFor">The provider that it waits for without using up an attempt.</param>
/// <param name="Usage">What it cost in tokens, where the provider reports it.</param>
/// <param name="Error">Why its last attempt failed, while it is <c>RETRYING</c> or <c>FAILED</c>.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="EndedAt">When it ended; <see langword="null"/> while it is being made.</param>
public sealed record VersionView(
    string Part,
    int Version,
    bool Current,
    PartStatus Status,
    string Prompt,
    string Provider,
    string? Model,
    string? Content,
    string? Url,
    int? Width,
    int? Height,
    int Attempts,
    DateTimeOffset? NextAttemptAt,
    PartWait? WaitingFor,
    TokenUsage? Usage,
    PartErrorView? Error,
    DateTimeOffset CreatedAt,
    DateTimeOffset? EndedAt);

/// <summary>The versions of a campaign's parts.</summary>
/// <param name="Items">By part and number; a part that was never regenerated has one.</param>
public sealed record VersionsView(IReadOnlyList<VersionView> Items);
