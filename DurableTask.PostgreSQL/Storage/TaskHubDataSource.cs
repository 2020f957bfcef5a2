using Npgsql;

namespace DurableTask.PostgreSQL.Storage;

/// <summary>The library's own connections: few, and with no more of Npgsql than its tables need.</summary>
internal static class TaskHubDataSource
{
    /// <summary>
    /// Every statement of the library finds its rows by a key. Planned while a table is still small it would scan the table instead, and the kept plan
    /// would go on doing so while the table grows.
    /// </summary>
    private const string PlannerOptions = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off";

    /// <exception cref="ArgumentException">An option is missing or out of range; the message names it.</exception>
    public static NpgsqlDataSource Create(PostgreSqlOrchestrationServiceOptions options)
    {
        Check(options);
        var settings = Parse(options);
        settings.Options = $"{settings.Options} {PlannerOptions}".TrimStart();
        settings.ApplicationName = $"DurableTask.PostgreSQL ({options.TaskHub})";
        if (!settings.ShouldSerialize("Max Auto Prepare"))
        {
            settings.MaxAutoPrepare = 64;
            settings.AutoPrepareMinUsages = 2;
        }

        settings.NoResetOnClose = true;
        settings.MaxPoolSize = options.MaxConnections;
        settings.MinPoolSize = 0;
        settings.Enlist = false;
        settings.KeepAlive = 10;
        var builder = new NpgsqlSlimDataSourceBuilder(settings.ConnectionString) { Name = options.TaskHub };
        return builder.EnableArrays().EnableTransportSecurity().EnableIntegratedSecurity().Build();
    }

    /// <summary>
    /// Closes the pool's sessions after an error that they may keep: one that began while the database was read-only by default stays so.
    /// </summary>
    public static void Renew(NpgsqlDataSource dataSource, Exception exception)
    {
        if (exception is PostgresException && DatabaseErrors.KindOf(exception) is DatabaseErrorKind.Outage)
        {
            dataSource.Clear();
        }
    }

    /// <summary>The database as a message names it, without a user or a password.</summary>
    public static string Describe(PostgreSqlOrchestrationServiceOptions options)
    {
        var settings = new NpgsqlConnectionStringBuilder(options.ConnectionString);
        return $"{settings.Host}:{settings.Port}/{settings.Database}";
    }

    private static NpgsqlConnectionStringBuilder Parse(PostgreSqlOrchestrationServiceOptions options)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(options.ConnectionString);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            throw new ArgumentException(
                $"{nameof(PostgreSqlOrchestrationServiceOptions)}.{nameof(options.ConnectionString)} is not a connection string of Npgsql: "
                + exception.Message,
                nameof(options),
                exception);
        }
    }

    private static void Check(PostgreSqlOrchestrationServiceOptions options)
    {
        Demand(!string.IsNullOrWhiteSpace(options.ConnectionString), nameof(options.ConnectionString), "is required");
        Demand(options.TaskHub is { Length: > 0 and <= 50 } && !options.TaskHub.Contains('\0'), nameof(options.TaskHub), "must have 1 to 50 characters");
        Demand(options.MaxConcurrentActivities >= 1, nameof(options.MaxConcurrentActivities), "must be at least 1");
        Demand(options.MaxLiveOrchestrations >= 1, nameof(options.MaxLiveOrchestrations), "must be at least 1");
        Demand(options.MaxConnections is >= 4 and <= 100, nameof(options.MaxConnections), "must be from 4 to 100");
        Demand(options.MaxPayloadBytes >= 1024, nameof(options.MaxPayloadBytes), "must be at least 1024");
        Demand(options.MaxDispatchCount >= 1, nameof(options.MaxDispatchCount), "must be at least 1");
        Demand(options.HeartbeatInterval > TimeSpan.Zero, nameof(options.HeartbeatInterval), "must be positive");
        Demand(options.Lease >= options.HeartbeatInterval * 2, nameof(options.Lease), "must be at least twice the HeartbeatInterval");
        Demand(options.ReconnectGrace > TimeSpan.Zero, nameof(options.ReconnectGrace), "must be positive");
        Demand(options.SweepInterval > TimeSpan.Zero, nameof(options.SweepInterval), "must be positive");
        Demand(options.ExtendedSessionIdleTimeout >= TimeSpan.Zero, nameof(options.ExtendedSessionIdleTimeout), "must not be negative");
        Demand(options.DrainTimeout >= TimeSpan.Zero, nameof(options.DrainTimeout), "must not be negative");

        static void Demand(bool condition, string option, string rule)
        {
            if (!condition)
            {
                throw new ArgumentException($"{nameof(PostgreSqlOrchestrationServiceOptions)}.{option} {rule}.", nameof(options));
            }
        }
    }
}
