using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace EmbeddedFunctions;

/// <summary>Reads host.json. A setting <c>AzureFunctionsJobHost:a:b</c> overrides its <c>a.b</c>, as on the official host.</summary>
internal static class HostJsonReader
{
    /// <param name="path">The file; <see langword="null"/> where there is none.</param>
    /// <param name="configuration">The application's settings.</param>
    /// <exception cref="FunctionsStartupException">The file is not JSON, or a value is out of range.</exception>
    public static HostJson Read(string? path, IConfiguration configuration)
    {
        var builder = new ConfigurationBuilder();
        if (path is not null) builder.AddJsonFile(path, optional: false, reloadOnChange: false);
        builder.AddInMemoryCollection(configuration.GetSection("AzureFunctionsJobHost").AsEnumerable(makePathsRelative: true));
        IConfiguration host;
        try
        {
            host = builder.Build();
        }
        catch (InvalidDataException exception)
        {
            throw new FunctionsStartupException($"'{path}' cannot be read: {exception.InnerException?.Message ?? exception.Message}");
        }

        var durable = host.GetSection("extensions:durableTask");
        return new HostJson
        {
            RoutePrefix = (host["extensions:http:routePrefix"] ?? "api").Trim('/'),
            FunctionTimeout = Timeout(host["functionTimeout"]),
            LogLevels = host.GetSection("logging:logLevel").AsEnumerable(makePathsRelative: true)
                .Where(level => level.Value is not null)
                .ToDictionary(level => level.Key, level => Level(level.Key, level.Value!), StringComparer.OrdinalIgnoreCase),
            DurableTask = new DurableTaskSettings
            {
                HubName = durable["hubName"] is { } hub ? SettingNames.Resolve(hub, configuration) : null,
                MaxConcurrentActivityFunctions = Count(durable, "maxConcurrentActivityFunctions"),
                MaxConcurrentOrchestratorFunctions = Count(durable, "maxConcurrentOrchestratorFunctions"),
                DefaultVersion = durable["defaultVersion"],
                VersionMatchStrategy = OneOf(durable, "versionMatchStrategy", "None", "Strict", "CurrentOrOlder"),
                VersionFailureStrategy = OneOf(durable, "versionFailureStrategy", "Reject", "Fail"),
            },
        };
    }

    private static TimeSpan? Timeout(string? text)
    {
        if (string.IsNullOrEmpty(text) || text == "-1") return null;
        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var timeout) && timeout > TimeSpan.Zero
            ? timeout
            : throw new FunctionsStartupException($"host.json: functionTimeout must be a time span such as 00:05:00, or -1, not '{text}'.");
    }

    private static LogLevel Level(string category, string text) => Enum.TryParse<LogLevel>(text, ignoreCase: true, out var level)
        ? level
        : throw new FunctionsStartupException(
            $"host.json: logging.logLevel.{category} must be one of {string.Join(", ", Enum.GetNames<LogLevel>())}, not '{text}'.");

    private static int? Count(IConfigurationSection section, string name)
    {
        if (section[name] is not { Length: > 0 } text) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
            ? count
            : throw new FunctionsStartupException($"host.json: extensions.durableTask.{name} must be a whole number above 0, not '{text}'.");
    }

    private static string? OneOf(IConfigurationSection section, string name, params string[] values)
    {
        if (section[name] is not { Length: > 0 } text) return null;
        return values.FirstOrDefault(value => value.Equals(text, StringComparison.OrdinalIgnoreCase))
            ?? throw new FunctionsStartupException($"host.json: extensions.durableTask.{name} must be one of {string.Join(", ", values)}, not '{text}'.");
    }
}
