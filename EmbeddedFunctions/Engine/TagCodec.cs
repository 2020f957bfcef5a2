using System.Text.Json;

namespace EmbeddedFunctions.Engine;

/// <summary>Tags as an instance's row keeps them: a JSON object of strings.</summary>
internal static class TagCodec
{
    public static string Write(IEnumerable<KeyValuePair<string, string>> tags) =>
        JsonSerializer.Serialize(tags.ToDictionary(t => t.Key, t => t.Value, StringComparer.Ordinal));

    public static IReadOnlyDictionary<string, string> Read(string? tags) =>
        tags is null ? new Dictionary<string, string>() : JsonSerializer.Deserialize<Dictionary<string, string>>(tags)!;
}
