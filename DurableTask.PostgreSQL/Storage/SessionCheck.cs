using Npgsql;

namespace DurableTask.PostgreSQL.Storage;

/// <summary>Finds a pooler in transaction mode in front of PostgreSQL: it gives each transaction another session, and a node needs one that stays.</summary>
internal static class SessionCheck
{
    /// <summary>More than the sessions that a pooler keeps by default: one that hands them out in turn has come round by then.</summary>
    private const int Rounds = 25;

    /// <returns>Whether each connection keeps its session.</returns>
    public static async Task<bool> KeepsSessionsAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        await using var one = await dataSource.OpenConnectionAsync(cancellationToken);
        var session = await SessionOfAsync(one, cancellationToken);
        if (session == one.ProcessID)
        {
            // PostgreSQL itself: a pooler gives a number of its own when a connection is opened.
            return true;
        }

        await using var two = await dataSource.OpenConnectionAsync(cancellationToken);
        for (var round = 0; round < Rounds; round++)
        {
            if (await SessionOfAsync(two, cancellationToken) == session || await SessionOfAsync(one, cancellationToken) != session)
            {
                return false;
            }
        }

        return true;
    }

    private static async Task<int> SessionOfAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select pg_backend_pid()", connection);
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
