using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Atelier.Persistence;

namespace Atelier.Campaigns;

/// <summary>A checked request for a campaign.</summary>
/// <param name="Prompt">1 to 4000 characters, not blank.</param>
/// <param name="Images">The images, with defaults filled in.</param>
/// <param name="Text">The text; <see langword="null"/> for none.</param>
/// <param name="TextProvider">Named by the caller; <see langword="null"/> for the configured one.</param>
/// <param name="ImageProvider">Named by the caller; <see langword="null"/> for the configured one.</param>
/// <param name="Metadata">The caller's own, at most 16 entries.</param>
public sealed record NewCampaign(
    string Prompt,
    ImagesRequest Images,
    TextOptions? Text,
    string? TextProvider,
    string? ImageProvider,
    IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>The campaign's name; <see langword="null"/> for none.</summary>
    // What is not given is not in the digest: requests of a version without these fields have the same one.
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    /// <summary>The campaign's tags; <see langword="null"/> for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>A digest of the request: order, white space and omitted defaults make no difference.</summary>
    public byte[] ComputeHash()
    {
        var canonical = this with { Metadata = new SortedDictionary<string, string>(Metadata.ToDictionary(), StringComparer.Ordinal) };
        return SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(canonical, JsonSerializerOptions.Web));
    }
}
