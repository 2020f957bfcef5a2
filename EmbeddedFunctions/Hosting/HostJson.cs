using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace EmbeddedFunctions.Hosting;

/// <summary>What host.json says, as far as it means something here.</summary>
internal sealed record HostJson
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Comes before every HTTP function's route. Default is <c>api</c>.</summary>
    public string RoutePrefix { get; init; } = "api";

    /// <summary>The longest that an invocation other than an orchestrator may take. Default is 30 minutes; none when negative.</summary>
    public TimeSpan? FunctionTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Minimum levels by category; <c>default</c> for the rest.</summary>
    public IReadOnlyDictionary<string, LogLevel> LogLevels { get; init; } = new Dictionary<string, LogLevel>();

    public DurableTaskSettings DurableTask { get; init; } = new();

    /// <summary>Reads the nearest host.json from a folder upward; defaults without one.</summary>
    /// <exception cref="FunctionsStartupException">It is not JSON, or a value in it is wrong.</exception>
    public static HostJson Load(string folder)
    {
        var path = Nearest(folder, "host.json");
        if (path is null)
        {
            return new HostJson();
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(path), Lenient);
            return Read(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            throw new FunctionsStartupException($"'{path}' cannot be read: {exception.Message}");
        }
    }

    /// <summary>The nearest file of a name in a folder or above it.</summary>
    public static string? Nearest(string folder, string name)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            var path = Path.Combine(at.FullName, name);
            if (File.Exists(path))
            {
                return path;
            }
        }

        return null;
    }

    private static HostJson Read(JsonElement root)
    {
        var defaults = new HostJson();
        var durable = Find(root, "extensions", "durableTask");
        return new HostJson
        {
            RoutePrefix = Text(Find(root, "extensions", "http", "routePrefix"))?.Trim('/') ?? defaults.RoutePrefix,
            FunctionTimeout = Text(Find(root, "functionTimeout")) is { } timeout
                ? timeout == "-1" ? null : TimeSpan.Parse(timeout)
                : defaults.FunctionTimeout,
            LogLevels = Find(root, "logging", "logLevel") is { ValueKind: JsonValueKind.Object } levels
                ? levels.EnumerateObject().ToDictionary(l => l.Name, l => Enum.Parse<LogLevel>(l.Value.GetString()!, ignoreCase: true), StringComparer.Ordinal)
                : defaults.LogLevels,
            DurableTask = new DurableTaskSettings
            {
                HubName = Text(Find(durable, "hubName")),
                MaxConcurrentActivityFunctions = Number(Find(durable, "maxConcurrentActivityFunctions")),
                MaxConcurrentOrchestratorFunctions = Number(Find(durable, "maxConcurrentOrchestratorFunctions")),
                DefaultVersion = Text(Find(durable, "defaultVersion")),
                VersionMatchStrategy = Text(Find(durable, "versionMatchStrategy")),
                VersionFailureStrategy = Text(Find(durable, "versionFailureStrategy")),
            },
        };
    }

    private static JsonElement? Find(JsonElement? from, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (from is not { ValueKind: JsonValueKind.Object } parent || !parent.TryGetProperty(name, out var child))
            {
                return null;
            }

            from = child;
        }

        return from;
    }

    private static string? Text(JsonElement? value) => value is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static int? Number(JsonElement? value) => value is { ValueKind: JsonValueKind.Number } number ? number.GetInt32() : null;
}

/// <summary>The section <c>extensions.durableTask</c>.</summary>
internal sealed record DurableTaskSettings
{
    public string? HubName { get; init; }

    public int? MaxConcurrentActivityFunctions { get; init; }

    public int? MaxConcurrentOrchestratorFunctions { get; init; }

    public string? DefaultVersion { get; init; }

    /// <summary><c>None</c>, <c>Strict</c> or <c>CurrentOrOlder</c>.</summary>
    public string? VersionMatchStrategy { get; init; }

    /// <summary><c>Reject</c> or <c>Fail</c>.</summary>
    public string? VersionFailureStrategy { get; init; }
}
