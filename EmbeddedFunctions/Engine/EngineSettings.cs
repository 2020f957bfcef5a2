using System.Globalization;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace EmbeddedFunctions.Engine;

/// <summary>Reads the engine's options from configuration and host.json.</summary>
internal static class EngineSettings
{
    /// <summary>Whether a database is configured.</summary>
    public static bool HasDatabase(IConfiguration configuration) => !string.IsNullOrWhiteSpace(ConnectionStringOf(configuration));

    /// <summary>
    /// The database is <c>EmbeddedFunctions:ConnectionString</c>, or else the connection string <c>Postgres</c>, in keyword form or as
    /// a <c>postgres://</c> URL. The schema is <c>durable</c>, or <c>durable_</c> and the hub's name where host.json names one.
    /// </summary>
    /// <exception cref="FunctionsStartupException">A setting is missing or malformed; the message names it.</exception>
    public static EngineOptions Read(IConfiguration configuration, DurableTaskSettings settings)
    {
        var connectionString = ConnectionStringOf(configuration);
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            throw new FunctionsStartupException(
                "Setting 'ConnectionStrings:Postgres' is missing: the durable engine keeps its state in PostgreSQL.");
        }

        var defaults = new EngineOptions { ConnectionString = string.Empty };
        return new EngineOptions
        {
            ConnectionString = Normalize(connectionString),
            Schema = SchemaOf(settings.HubName),
            MaxConcurrentActivities = settings.MaxConcurrentActivityFunctions ?? defaults.MaxConcurrentActivities,
            MaxLiveOrchestrations = settings.MaxConcurrentOrchestratorFunctions ?? defaults.MaxLiveOrchestrations,
            DefaultVersion = settings.DefaultVersion ?? string.Empty,
            VersionMatch = Choice("versionMatchStrategy", settings.VersionMatchStrategy, defaults.VersionMatch),
            VersionFailure = Choice("versionFailureStrategy", settings.VersionFailureStrategy, defaults.VersionFailure),
            MaxPayloadBytes = Number(configuration, "EmbeddedFunctions:MaxPayloadBytes", 1024, 256 * 1024 * 1024) ?? defaults.MaxPayloadBytes,
            Lease = Seconds(configuration, "EmbeddedFunctions:LeaseSeconds", 1, 600) ?? defaults.Lease,
            IdleBeforeEviction = Seconds(configuration, "EmbeddedFunctions:IdleSeconds", 0, 3600) ?? defaults.IdleBeforeEviction,
        };
    }

    private static string? ConnectionStringOf(IConfiguration configuration) =>
        configuration["EmbeddedFunctions:ConnectionString"] ?? configuration.GetConnectionString("Postgres");

    private static string SchemaOf(string? hubName) => string.IsNullOrEmpty(hubName)
        ? "durable"
        : $"durable_{new string([.. hubName.ToLowerInvariant().Where(c => char.IsAsciiLetterOrDigit(c) || c == '_')])}";

    private static string Normalize(string connectionString)
    {
        try
        {
            if (!connectionString.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase)
                && !connectionString.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase))
            {
                return new NpgsqlConnectionStringBuilder(connectionString).ConnectionString;
            }

            var url = new Uri(connectionString);
            var user = url.UserInfo.Split(':', 2);
            return new NpgsqlConnectionStringBuilder
            {
                Host = url.Host,
                Port = url.Port > 0 ? url.Port : 5432,
                Database = Uri.UnescapeDataString(url.AbsolutePath.TrimStart('/')),
                Username = user[0].Length > 0 ? Uri.UnescapeDataString(user[0]) : null,
                Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null,
            }.ConnectionString;
        }
        catch (Exception exception) when (exception is ArgumentException or UriFormatException or FormatException)
        {
            // The text itself may hold a password: only what is wrong with it is told.
            throw new FunctionsStartupException("Setting 'ConnectionStrings:Postgres' is not a PostgreSQL connection string.");
        }
    }

    private static T Choice<T>(string name, string? value, T otherwise)
        where T : struct, Enum =>
        string.IsNullOrEmpty(value) ? otherwise
        : Enum.TryParse(value, ignoreCase: true, out T choice) && Enum.IsDefined(choice) ? choice
        : throw new FunctionsStartupException(
            $"host.json: 'extensions.durableTask.{name}' is '{value}'; it must be one of {string.Join(", ", Enum.GetNames<T>())}.");

    private static int? Number(IConfiguration configuration, string setting, int min, int max)
    {
        var text = configuration[setting];
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw new FunctionsStartupException($"Setting '{setting}' must be a whole number from {min} to {max}.");
    }

    private static TimeSpan? Seconds(IConfiguration configuration, string setting, int min, int max) =>
        Number(configuration, setting, min, max) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
}
