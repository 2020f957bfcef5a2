using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;

namespace EmbeddedFunctions.Hosting;

/// <summary>The settings file that <c>func</c> reads too: its <c>Values</c> and <c>ConnectionStrings</c>.</summary>
internal static class LocalSettings
{
    private const string FileName = "local.settings.json";

    /// <summary>Adds the nearest local.settings.json from a folder upward, below the environment and the command line.</summary>
    /// <exception cref="FunctionsStartupException">It is not JSON of the right shape.</exception>
    public static void Add(IConfigurationBuilder configuration, string folder)
    {
        var path = HostJson.Nearest(folder, FileName);
        if (path is null)
        {
            return;
        }

        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(path), new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            Read(document.RootElement, "Values", string.Empty, values);
            Read(document.RootElement, "ConnectionStrings", "ConnectionStrings:", values);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new FunctionsStartupException($"'{path}' cannot be read: {exception.Message}");
        }

        configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = values });
    }

    private static void Read(JsonElement root, string section, string prefix, Dictionary<string, string?> values)
    {
        if (!root.TryGetProperty(section, out var content))
        {
            return;
        }

        foreach (var entry in content.EnumerateObject())
        {
            var value = entry.Value.ValueKind is JsonValueKind.String ? entry.Value.GetString() : entry.Value.GetRawText();
            values[prefix + entry.Name.Replace("__", ":", StringComparison.Ordinal)] = value;
        }
    }
}
