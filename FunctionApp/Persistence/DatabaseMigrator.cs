using System.Net.Sockets;
using Atelier.Configuration;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Atelier.Persistence;

/// <summary>Brings the database to this version's schema, once, however many processes start at the same time.</summary>
public static class DatabaseMigrator
{
    // An arbitrary number that nothing else in the database locks: "atelier" in ASCII.
    private const long LockKey = 0x61_74_65_6C_69_65_72;

    /// <summary>Migrates under an advisory lock that other starting processes wait for.</summary>
    /// <exception cref="SettingException">The database cannot be reached or refuses: one line that says why.</exception>
    public static async Task MigrateAsync(IServiceProvider services, CancellationToken cancellationToken = default)
    {
        try
        {
            await using NpgsqlConnection connection =
                await services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(cancellationToken);
            // Closing the connection would leave the lock to the pool's reset; it is given back explicitly.
            await ExecuteAsync(connection, $"SELECT pg_advisory_lock({LockKey})", cancellationToken);
            try
            {
                await using AsyncServiceScope scope = services.CreateAsyncScope();
                await scope.ServiceProvider.GetRequiredService<AtelierDbContext>().Database.MigrateAsync(cancellationToken);
                // Only where the database was restored into another server does this change anything.
                await ExecuteAsync(connection, "SELECT campaign_event_rebase()", cancellationToken);
            }
            finally
            {
                await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({LockKey})", CancellationToken.None);
            }
        }
        catch (Exception exception) when (exception is NpgsqlException or SocketException or TimeoutException)
        {
            throw new SettingException(
                PostgresConnection.Setting,
                $"Setting '{PostgresConnection.Setting}' leads to no usable database: {exception.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        // A second process waits for as long as the first one's migrations take.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
