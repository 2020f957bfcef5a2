using Atelier.Configuration;
using Azure.Core;
using Azure.Identity;
using Npgsql;

namespace Atelier.Persistence;

/// <summary>The connection to PostgreSQL from <c>ConnectionStrings:Postgres</c>: keywords, or a <c>postgres://</c> URL.</summary>
/// <remarks>Without a password or password file, and to another machine, it signs in with Entra tokens.</remarks>
public static class PostgresConnection
{
    /// <summary>The setting.</summary>
    public const string Setting = "ConnectionStrings:Postgres";

    /// <summary>
    /// The most connections that a process opens, unless the connection string says otherwise. Each is used for milliseconds: more would only queue in
    /// PostgreSQL, and several processes have to fit into its limit (100 by default).
    /// </summary>
    public const int MaxPoolSize = 20;

    // A server that does not respond is known in time for a caller to get a 503 within five seconds. Work repeats what it did; see OutageMonitor. The wait for a
    // connection is the shorter one: it is over before a statement that timed out gives its connection to the next request, which would time out in turn.
    private const int OpenSeconds = 3;
    private const int CommandSeconds = 4;
    private const int DoNotWaitForCancellation = -1;

    // Statements that a connection keeps prepared: all that this application has.
    private const int MaxPrepared = 100;

    // A statement's plan is kept. One that was made while the tables were empty would read all of their rows for as long as nobody analyzes them again.
    private const string KeepToIndexes = "-c enable_seqscan=off";

    private static readonly TokenRequestContext EntraScope = new(["https://ossrdbms-aad.database.windows.net/.default"]);

    // Tokens live for an hour or more; the credential returns its cached one until shortly before it expires.
    private static readonly TimeSpan TokenRefresh = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan TokenRetry = TimeSpan.FromSeconds(5);

    /// <summary>Builds the process's one data source.</summary>
    /// <exception cref="SettingException">The setting is missing or malformed.</exception>
    public static NpgsqlDataSource Create(string? connectionString, ILoggerFactory? loggerFactory = null)
    {
        var settings = Parse(connectionString);
        var entra = UsesEntra(settings);
        // The token is sent as a password: only to a server whose certificate is verified.
        if (entra && !settings.ShouldSerialize("SSL Mode"))
            settings.SslMode = SslMode.VerifyFull;

        // For this pool alone: the engine's has limits of its own.
        if (!settings.ShouldSerialize("Timeout"))
            settings.Timeout = OpenSeconds;
        if (!settings.ShouldSerialize("Command Timeout"))
            settings.CommandTimeout = CommandSeconds;
        if (!settings.ShouldSerialize("Cancellation Timeout"))
            settings.CancellationTimeout = DoNotWaitForCancellation;
        settings.Options = $"{settings.Options} {KeepToIndexes}".Trim();

        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString)
        {
            // Its name in metrics; the default is its whole connection string.
            Name = "atelier",
        };
        builder.UseLoggerFactory(loggerFactory);
        if (entra)
        {
            var credential = new DefaultAzureCredential();
            builder.UsePeriodicPasswordProvider(
                async (_, cancellationToken) => (await credential.GetTokenAsync(EntraScope, cancellationToken)).Token,
                TokenRefresh,
                TokenRetry);
        }
        return builder.Build();
    }

    /// <summary>Whether it signs in with Entra tokens: no other credentials are given, and the server is not on this machine.</summary>
    internal static bool UsesEntra(NpgsqlConnectionStringBuilder settings) =>
        string.IsNullOrEmpty(settings.Password) && string.IsNullOrEmpty(settings.Passfile) && !IsThisMachine(settings.Host!);

    /// <summary>Reads either form.</summary>
    /// <exception cref="SettingException">It is missing or malformed. The message never repeats it: it may hold a password.</exception>
    internal static NpgsqlConnectionStringBuilder Parse(string? connectionString)
    {
        if (string.IsNullOrWhiteSpace(connectionString))
            throw new SettingException(Setting, $"Setting '{Setting}' is missing: give a PostgreSQL connection string or a postgres:// URL.");

        NpgsqlConnectionStringBuilder settings;
        try
        {
            settings = PostgresUrl.IsUrl(connectionString)
                ? PostgresUrl.Parse(connectionString)
                : new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidCastException)
        {
            throw new SettingException(Setting, $"Setting '{Setting}' is neither a PostgreSQL connection string nor a postgres:// URL.");
        }

        if (string.IsNullOrEmpty(settings.Host))
            throw new SettingException(Setting, $"Setting '{Setting}' names no host.");
        settings.ApplicationName ??= "atelier";
        if (!settings.ShouldSerialize("Maximum Pool Size"))
            settings.MaxPoolSize = MaxPoolSize;
        // Nothing here leaves a session changed, and statements stay prepared from one use of a connection to the next.
        if (!settings.ShouldSerialize("No Reset On Close"))
            settings.NoResetOnClose = true;
        if (!settings.ShouldSerialize("Max Auto Prepare"))
            (settings.MaxAutoPrepare, settings.AutoPrepareMinUsages) = (MaxPrepared, 2);
        return settings;
    }

    private static bool IsThisMachine(string hosts) => hosts.Split(',').All(host =>
        host.StartsWith('/') || host.StartsWith("localhost", StringComparison.OrdinalIgnoreCase)
        || host.StartsWith("127.", StringComparison.Ordinal) || host is "::1" or "[::1]");
}
