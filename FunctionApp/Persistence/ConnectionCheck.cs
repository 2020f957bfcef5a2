using Atelier.Configuration;
using Npgsql;

namespace Atelier.Persistence;

/// <summary>Checks at the start whether this process's connections fit into PostgreSQL's limits, and whether each is a session of its own.</summary>
internal static class ConnectionCheck
{
    // More than the sessions that a pooler keeps by default: one that hands them out in turn has come round by then.
    private const int Rounds = 25;

    // Superusers pass over the limits of roles and databases, and use what is reserved for them. -1 stands for no limit.
    private const string Limits =
        """
        SELECT current_setting('max_connections')::int - CASE WHEN role.rolsuper THEN 0
                ELSE current_setting('superuser_reserved_connections')::int + coalesce(current_setting('reserved_connections', true)::int, 0) END,
            CASE WHEN role.rolsuper THEN -1 ELSE role.rolconnlimit END,
            CASE WHEN role.rolsuper THEN -1 ELSE base.datconnlimit END,
            used.total, used.by_role, used.in_database
        FROM pg_roles role, pg_database base, (
            SELECT count(*)::int AS total, (count(*) FILTER (WHERE usename = current_user))::int AS by_role,
                (count(*) FILTER (WHERE datname = current_database()))::int AS in_database
            FROM pg_stat_activity WHERE datid IS NOT NULL AND pid <> pg_backend_pid() AND coalesce(backend_type, 'client backend') = 'client backend') used
        WHERE role.rolname = current_user AND base.datname = current_database()
        """;

    /// <summary>
    /// Compares the most connections that this process opens with the limits of the server, of the role and of the database. The log has a warning when
    /// fewer are free now.
    /// </summary>
    /// <param name="dataSource">The app's connections.</param>
    /// <param name="others">The most connections that the rest of the process opens.</param>
    /// <param name="logger">Gets the warning.</param>
    /// <exception cref="SettingException">They can never fit.</exception>
    public static async Task CheckLimitsAsync(NpgsqlDataSource dataSource, int others, ILogger logger)
    {
        var pool = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString).MaxPoolSize;
        await using var command = dataSource.CreateCommand(Limits);
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        (string Of, int Limit, int Used)[] limits =
            [("the server", row.GetInt32(0), row.GetInt32(3)), ("the role", row.GetInt32(1), row.GetInt32(4)), ("the database", row.GetInt32(2), row.GetInt32(5))];
        foreach (var (of, limit, used) in limits.Where(limit => limit.Limit >= 0))
        {
            if (pool + others > limit)
            {
                throw new SettingException(
                    PostgresConnection.Setting,
                    $"This process opens up to {pool + others} connections to PostgreSQL (Maximum Pool Size={pool}, and {others} of the host), but {of} allows "
                    + $"{limit}: raise that limit, or give Setting '{PostgresConnection.Setting}' a smaller Maximum Pool Size.");
            }
            if (pool + others > limit - used)
            {
                logger.LogWarning(
                    "This process opens up to {Connections} connections to PostgreSQL, but {Of} has {Free} of {Limit} free now: requests and activities may "
                    + "wait for one.",
                    pool + others, of, limit - used, limit);
            }
        }
    }

    /// <summary>
    /// Demands that what is set in a session stays there: LISTEN, locks and prepared statements need that. A pooler in transaction mode gives each
    /// transaction another session.
    /// </summary>
    /// <exception cref="SettingException">There is such a pooler.</exception>
    public static async Task CheckSessionsAsync(NpgsqlDataSource dataSource)
    {
        await using var one = await dataSource.OpenConnectionAsync();
        // A pooler gives its own number when a connection is opened.
        var session = await SessionOfAsync(one);
        if (session == one.ProcessID)
            return;
        await using var two = await dataSource.OpenConnectionAsync();
        for (var round = 0; round < Rounds; round++)
        {
            if (await SessionOfAsync(two) == session || await SessionOfAsync(one) != session)
            {
                throw new SettingException(
                    PostgresConnection.Setting,
                    $"Setting '{PostgresConnection.Setting}' leads to a pooler in transaction mode (such as PgBouncer): give the host and port of PostgreSQL "
                    + "itself, or put the pooler into session mode.");
            }
        }
    }

    private static async Task<int> SessionOfAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT pg_backend_pid()", connection);
        return (int)(await command.ExecuteScalarAsync())!;
    }
}
