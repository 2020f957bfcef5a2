using System.Text.Json;

namespace EmbeddedHost.Configuration;

/// <summary>The settings file of Azure Functions' local tools.</summary>
internal static class LocalSettings
{
    private const string FileName = "local.settings.json";

    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <summary>
    /// Turns the values of the nearest <c>local.settings.json</c>, in <paramref name="directory"/> or above it, into environment
    /// variables. A variable that is already set wins.
    /// </summary>
    /// <exception cref="HostFailure">The file cannot be used.</exception>
    public static void ApplyNearest(string directory)
    {
        for (var folder = new DirectoryInfo(directory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, FileName);
            if (File.Exists(file))
            {
                foreach (var (name, value) in Read(file)) Settings.Default(name, value);
                return;
            }

            if (File.Exists(Path.Combine(folder.FullName, "host.json"))) return; // The app's root: what lies above is not its.
        }
    }

    /// <summary>The values of a settings file.</summary>
    /// <exception cref="HostFailure">The file cannot be used.</exception>
    internal static IReadOnlyDictionary<string, string> Read(string file)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(file), Lenient);
            var root = document.RootElement;
            if (root.TryGetProperty("IsEncrypted", out var encrypted) && encrypted.ValueKind == JsonValueKind.True)
                throw new HostFailure($"{file} is encrypted: 'func settings decrypt' makes it readable.");
            if (!root.TryGetProperty("Values", out var values)) return new Dictionary<string, string>();
            return values.EnumerateObject().ToDictionary(value => value.Name, value => ReadValue(file, value));
        }
        catch (JsonException exception)
        {
            throw new HostFailure($"{file} is not valid JSON (line {exception.LineNumber + 1}).", exception);
        }
        catch (Exception exception) when (exception is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw new HostFailure($"{file} cannot be used: {exception.Message}", exception);
        }
    }

    private static string ReadValue(string file, JsonProperty value) => value.Value.ValueKind switch
    {
        JsonValueKind.String => value.Value.GetString()!,
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.Value.GetRawText(),
        JsonValueKind.Null => "",
        _ => throw new HostFailure($"{file}: the value of '{value.Name}' is not a string."),
    };
}
