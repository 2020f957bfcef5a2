using Microsoft.Extensions.Configuration;
using Npgsql;

namespace EmbeddedFunctions.Engine;

/// <summary>
/// Talks to the database once while the host is still being built, on a thread of its own: what a process does for the first time it has to load and
/// compile, and for a client of PostgreSQL that takes as long as all that the host does meanwhile.
/// </summary>
internal static class DatabaseWarmUp
{
    /// <summary>Begins, where a database is configured. What goes wrong is told by the engine, which comes after.</summary>
    public static void Begin(IConfiguration configuration)
    {
        if (EngineSettings.HasDatabase(configuration))
        {
            _ = Task.Run(() => TouchAsync(configuration));
        }
    }

    private static async Task TouchAsync(IConfiguration configuration)
    {
        try
        {
            var connectionString = EngineSettings.Read(configuration, new DurableTaskSettings()).ConnectionString;
            await using var dataSource = EngineDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString));
            await using var command = dataSource.CreateCommand("select * from unnest($1)");
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = ["any"] });
            await using var reader = await command.ExecuteReaderAsync();
            await reader.ReadAsync();
        }
        catch (Exception)
        {
            // There may be no database yet, or another one: nothing depends on this.
        }
    }
}
