using System.Globalization;
using static Microsoft.DurableTask.Worker.DurableTaskWorkerOptions;

namespace EmbeddedHost.Configuration;

/// <summary>The settings of host.json that this host supports. A setting <c>AzureFunctionsJobHost:a:b</c> overrides its <c>a.b</c>.</summary>
internal sealed record HostJson
{
    /// <summary><c>extensions.http.routePrefix</c>: what comes before every route, without slashes around it. Default is <c>api</c>.</summary>
    public required string RoutePrefix { get; init; }

    /// <summary><c>functionTimeout</c>: how long an HTTP, activity or timer function may run; <see langword="null"/> for no limit.</summary>
    public TimeSpan? FunctionTimeout { get; init; }

    /// <summary><c>logging.logLevel</c>: the lowest level that is written, by the beginning of the category.</summary>
    public required IReadOnlyDictionary<string, LogLevel> LogLevels { get; init; }

    /// <summary><c>extensions.durableTask.hubName</c>; <see langword="null"/> for the default one.</summary>
    public string? HubName { get; init; }

    /// <summary><c>extensions.durableTask.maxConcurrentActivityFunctions</c>; at least 1.</summary>
    public int? MaxConcurrentActivities { get; init; }

    /// <summary><c>extensions.durableTask.maxConcurrentOrchestratorFunctions</c>; at least 1.</summary>
    public int? MaxConcurrentOrchestrators { get; init; }

    /// <summary>
    /// <c>extensions.durableTask.defaultVersion</c>, <c>versionMatchStrategy</c> and <c>versionFailureStrategy</c>; <see langword="null"/>
    /// without a version.
    /// </summary>
    public VersioningOptions? Versioning { get; init; }

    /// <param name="path">The file.</param>
    /// <param name="configuration">The app's settings.</param>
    /// <exception cref="HostFailure">The file is not JSON, or a value is out of range.</exception>
    public static HostJson Read(string path, IConfiguration configuration)
    {
        var host = JsonSettings.Read(path, configuration.GetSection("AzureFunctionsJobHost"));
        var durable = host.GetSection("extensions:durableTask");
        return new HostJson
        {
            RoutePrefix = (host["extensions:http:routePrefix"] ?? "api").Trim('/'),
            FunctionTimeout = ReadTimeout(host["functionTimeout"]),
            LogLevels = host.GetSection("logging:logLevel").AsEnumerable(makePathsRelative: true)
                .Where(level => level.Value is not null)
                .ToDictionary(
                    level => level.Key, level => ReadOneOf<LogLevel>($"logging.logLevel.{level.Key}", level.Value!), StringComparer.OrdinalIgnoreCase),
            HubName = durable["hubName"] is { Length: > 0 } hub ? SettingNames.Resolve(hub, configuration) : null,
            MaxConcurrentActivities = ReadCount(durable, "maxConcurrentActivityFunctions"),
            MaxConcurrentOrchestrators = ReadCount(durable, "maxConcurrentOrchestratorFunctions"),
            Versioning = durable["defaultVersion"] is { Length: > 0 } version ? ReadVersioning(durable, version) : null,
        };
    }

    private static VersioningOptions ReadVersioning(IConfigurationSection durable, string version) => new()
    {
        Version = version,
        DefaultVersion = version,
        MatchStrategy = durable["versionMatchStrategy"] is { Length: > 0 } match
            ? ReadOneOf<VersionMatchStrategy>("extensions.durableTask.versionMatchStrategy", match)
            : VersionMatchStrategy.CurrentOrOlder,
        FailureStrategy = durable["versionFailureStrategy"] is { Length: > 0 } failure
            ? ReadOneOf<VersionFailureStrategy>("extensions.durableTask.versionFailureStrategy", failure)
            : VersionFailureStrategy.Reject,
    };

    private static TimeSpan? ReadTimeout(string? text)
    {
        if (text is null or "" or "-1") return null;
        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var timeout) && timeout > TimeSpan.Zero
            ? timeout
            : throw new HostFailure($"host.json: functionTimeout must be a time span such as 00:05:00, or -1, not '{text}'.");
    }

    private static int? ReadCount(IConfigurationSection section, string name)
    {
        if (section[name] is not { Length: > 0 } text) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
            ? count
            : throw new HostFailure($"host.json: extensions.durableTask.{name} must be a whole number above 0, not '{text}'.");
    }

    private static T ReadOneOf<T>(string name, string text)
        where T : struct, Enum =>
        Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value)
            ? value
            : throw new HostFailure($"host.json: {name} must be one of {string.Join(", ", Enum.GetNames<T>())}, not '{text}'.");
}
