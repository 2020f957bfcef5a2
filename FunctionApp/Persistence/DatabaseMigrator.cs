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

    /// <summary>Whether the start brings the schema up to date, or only checks that it is. Default: <see langword="true"/>.</summary>
    public const string OnStartSetting = "Database:MigrateOnStart";

    /// <summary>Migrates, or checks where <see cref="OnStartSetting"/> leaves migrating to the command <c>migrate</c>.</summary>
    /// <param name="services">Of the process.</param>
    /// <param name="otherConnections">The most connections to the database that the process opens beside the app's.</param>
    /// <exception cref="SettingException">The database cannot be used, or lacks migrations of this version.</exception>
    public static async Task PrepareAsync(IServiceProvider services, int otherConnections)
    {
        var text = services.GetRequiredService<IConfiguration>()[OnStartSetting];
        var migrates = true;
        if (!string.IsNullOrWhiteSpace(text) && !bool.TryParse(text, out migrates))
            throw new SettingException(OnStartSetting, $"Setting '{OnStartSetting}' must be true or false.");
        await WithDatabaseAsync(async () =>
        {
            var dataSource = services.GetRequiredService<NpgsqlDataSource>();
            await ConnectionCheck.CheckLimitsAsync(
                dataSource, otherConnections, services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ConnectionCheck).FullName!));
            // Migrating checks it itself, also as a command.
            if (!migrates)
                await ConnectionCheck.CheckSessionsAsync(dataSource);
        });
        await (migrates ? MigrateAsync(services) : WithDatabaseAsync(() => CheckAsync(services)));
    }

    /// <summary>Migrates under an advisory lock that other starting processes wait for.</summary>
    /// <exception cref="SettingException">The database cannot be reached or refuses: one line that says why.</exception>
    public static async Task MigrateAsync(IServiceProvider services, CancellationToken cancellationToken = default)
    {
        await WithDatabaseAsync(async () =>
        {
            var dataSource = services.GetRequiredService<NpgsqlDataSource>();
            await ConnectionCheck.CheckSessionsAsync(dataSource);
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
            // Closing the connection would leave the lock to the pool's reset; it is given back explicitly.
            await ExecuteAsync(connection, $"SELECT pg_advisory_lock({LockKey})", cancellationToken);
            try
            {
                await using var scope = services.CreateAsyncScope();
                var database = scope.ServiceProvider.GetRequiredService<AtelierDbContext>().Database;
                // An index of a large table takes as long as it takes.
                database.SetCommandTimeout(0);
                await database.MigrateAsync(cancellationToken);
                // Only where the database was restored into another server does this change anything.
                await ExecuteAsync(connection, "SELECT campaign_event_rebase()", cancellationToken);
            }
            finally
            {
                await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({LockKey})", CancellationToken.None);
            }
        });
    }

    private static async Task CheckAsync(IServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        string[] missing = [.. await scope.ServiceProvider.GetRequiredService<AtelierDbContext>().Database.GetPendingMigrationsAsync()];
        if (missing.Length > 0)
        {
            throw new SettingException(
                OnStartSetting,
                $"The database lacks {missing.Length} of this version's migrations, from {missing[0]} on: run the command 'migrate' as a user who "
                + $"may change the schema, or set '{OnStartSetting}' to true.");
        }
    }

    private static async Task WithDatabaseAsync(Func<Task> work)
    {
        try
        {
            await work();
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
