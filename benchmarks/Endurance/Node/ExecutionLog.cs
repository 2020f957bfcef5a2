using Npgsql;

namespace Endurance.Node;

/// <summary>A record of each execution of an activity: the evidence of how often each ran.</summary>
internal sealed class ExecutionLog : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly NpgsqlDataSource _database;
    private readonly string _node;

    public ExecutionLog(IConfiguration configuration)
    {
        _node = configuration["Endurance:Node"] ?? "?";
        _database = new NpgsqlDataSourceBuilder(new NpgsqlConnectionStringBuilder(configuration.GetConnectionString("Postgres"))
        {
            ApplicationName = "endurance activities",
            MaxPoolSize = 6,
        }.ConnectionString).Build();
    }

    public static async Task CreateTableAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand(
            """
            create table if not exists executions (
                id       uuid primary key,
                instance text        not null,
                call     text        not null,
                node     text        not null,
                at       timestamptz not null);
            create index if not exists executions_call on executions (instance, call)
            """);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Records an execution exactly once, however long the database is away.</summary>
    /// <returns>How many executions of that call are recorded by now, with this one.</returns>
    public async Task<int> RecordAsync(string instance, string call)
    {
        var id = Guid.NewGuid();
        var at = TimeProvider.System.GetUtcNow().UtcDateTime;
        while (true)
        {
            try
            {
                await using (var insert = _database.CreateCommand(
                    "insert into executions (id, instance, call, node, at) values ($1, $2, $3, $4, $5) on conflict (id) do nothing"))
                {
                    insert.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
                    insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = instance });
                    insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = call });
                    insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _node });
                    insert.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = at });
                    await insert.ExecuteNonQueryAsync();
                }

                await using var count = _database.CreateCommand("select count(*)::int from executions where instance = $1 and call = $2");
                count.Parameters.Add(new NpgsqlParameter<string> { TypedValue = instance });
                count.Parameters.Add(new NpgsqlParameter<string> { TypedValue = call });
                return (int)(await count.ExecuteScalarAsync())!;
            }
            catch (NpgsqlException)
            {
                await Task.Delay(Pause);
            }
        }
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
