using System.Globalization;
using System.Text.Json.Serialization;
using Atelier.Durable;

namespace Atelier.Campaigns.Workflow;

/// <summary>The names of a campaign's parts.</summary>
public static class Parts
{
    /// <summary>The text.</summary>
    public const string Text = "text";

    private const string ImagePrefix = "image/";
    private const string VersionPrefix = "/v";

    /// <summary>An image, by its index from 0.</summary>
    public static string Image(int index) => $"{ImagePrefix}{index}";

    /// <summary>The index of an image, by its name; <see langword="null"/> where it is no image.</summary>
    public static int? ImageIndexOf(string part) =>
        part.StartsWith(ImagePrefix, StringComparison.Ordinal)
        && int.TryParse(part.AsSpan(ImagePrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null;

    /// <summary>The name of a part and the number of its version, by the name of what is made: <c>image/0</c> is its first version.</summary>
    public static (string Part, int? Version) Split(string name)
    {
        var at = name.LastIndexOf(VersionPrefix, StringComparison.Ordinal);
        return at > 0 && int.TryParse(name.AsSpan(at + VersionPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (name[..at], number)
            : (name, null);
    }

    /// <summary>A part that is regenerated, by its name and the number of the new version.</summary>
    public static string Version(string part, int number) => $"{part}{VersionPrefix}{number}";
}

/// <summary>The input of a part's activity. It reads everything else from the campaign's rows, so that histories stay small.</summary>
/// <param name="CampaignId">The campaign.</param>
/// <param name="Image">Index of the image; <see langword="null"/> for the text.</param>
/// <param name="Retry">The retry policy that its orchestrator applies.</param>
/// <param name="FirstAttempt">Number of the first attempt of this run: 1, and more after a redrive.</param>
/// <param name="Run">The run that it belongs to. Activities that an earlier run left behind do nothing.</param>
public sealed record PartInput(Guid CampaignId, int? Image, RetrySettings Retry, int FirstAttempt = 1, int Run = 0)
{
    /// <summary>The number of the version that is made.</summary>
    public int Version { get; init; } = 1;

    /// <summary>Whether it is a version beside the one that the campaign's own orchestration has made.</summary>
    public bool IsRegenerated { get; init; }

    /// <summary>Whether its provider is asynchronous. In the input, so that a running campaign is not affected by new settings.</summary>
    public bool IsAsync { get; init; }

    /// <summary>The part's name, which for a regenerated part includes the version: its attempts are counted by themselves.</summary>
    [JsonIgnore]
    public string Part => IsRegenerated ? Parts.Version(Base, Version) : Base;

    /// <summary>The name of the version, where the part is regenerated.</summary>
    [JsonIgnore]
    public string? VersionName => IsRegenerated ? Part : null;

    /// <summary>The part's name, the same for all versions.</summary>
    [JsonIgnore]
    public string Base => Image is { } index ? Parts.Image(index) : Parts.Text;
}
