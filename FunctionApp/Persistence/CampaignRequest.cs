using System.Text.Json.Serialization;
namespace Atelier.Persistence;

/// <summary>The request, with every default filled in: stored with the campaign, so that later defaults do not change it.</summary>
/// <param name="Images">The images.</param>
/// <param name="Text">The text; <see langword="null"/> for a campaign without one.</param>
/// <param name="TextProvider">Name of the provider of the text.</param>
/// <param name="ImageProvider">Name of the provider of the images.</param>
public sealed record CampaignRequest(ImagesRequest Images, TextOptions? Text, string TextProvider, string ImageProvider);

/// <summary>The images asked for.</summary>
/// <param name="Count">How many, 0 to 10. Default is 1.</param>
/// <param name="Size">Width and height in pixels. Default is <c>1024x1024</c>.</param>
/// <param name="Quality"><c>low</c>, <c>medium</c> or <c>high</c>. Default is <c>medium</c>.</param>
/// <param name="Format"><c>png</c>, <c>jpeg</c> or <c>webp</c>. Default is <c>png</c>.</param>
public sealed record ImagesRequest(int Count, string Size, string Quality, string Format)
{
    /// <summary>The largest seed. The least is 0.</summary>
    public const long MaxSeed = uint.MaxValue;

    /// <summary>The seed of the first image, 0 to <see cref="MaxSeed"/>; each further image has the next one. <see langword="null"/> for the provider's choice.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Seed { get; init; }

    /// <summary>What the images must not show; <see langword="null"/> for nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? NegativePrompt { get; init; }

    /// <summary>The seed of one image; <see langword="null"/> for the provider's choice.</summary>
    /// <param name="index">From 0.</param>
    public long? SeedOf(int index) => (Seed + index) % (MaxSeed + 1);
}

/// <summary>The text asked for; what is <see langword="null"/> is left to the provider.</summary>
/// <param name="MaxWords">The maximum number of words, 1 to 2000.</param>
/// <param name="Tone">Such as <c>playful</c>.</param>
/// <param name="Language">A language tag such as <c>en</c>.</param>
public sealed record TextOptions(int? MaxWords, string? Tone, string? Language);

/// <summary>Why a campaign failed: the failure of its first failed part.</summary>
/// <param name="Part"><c>text</c> or <c>image/0</c>.</param>
/// <param name="Code">Stable code of the failure, such as <c>content_filter</c>.</param>
/// <param name="Message">One human sentence.</param>
public sealed record CampaignError(string Part, string Code, string Message);

/// <summary>A provider that a part waits for without using up an attempt.</summary>
/// <param name="Provider">Name of the provider.</param>
/// <param name="Until">When the part tries again.</param>
/// <param name="Reason">
/// The code of the failure with which the provider asked to wait, such as <c>rate_limited</c>; <c>busy</c> where as many calls as allowed are under way.
/// </param>
public sealed record PartWait(string Provider, DateTimeOffset Until, string Reason);
