using Endurance.Machine;
using Npgsql;

namespace Endurance.Scale;

/// <summary>A task hub's database, for a trial to read.</summary>
internal sealed class Hub : IAsyncDisposable
{
    /// <summary>How long a trial waits for a condition.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);

    private readonly NpgsqlDataSource _database;

    public Hub(string connectionString)
    {
        ConnectionString = connectionString;
        _database = new NpgsqlDataSourceBuilder(new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = "endurance driver",
            CommandTimeout = 1_800,
            MaxPoolSize = 4,
        }.ConnectionString).Build();
    }

    public string ConnectionString { get; }

    public async Task<long> CountAsync(string where)
    {
        await using var command = _database.CreateCommand($"select count(*) from durable.instances where {where}");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async Task RunAsync(string statement)
    {
        await using var command = _database.CreateCommand(statement);
        await command.ExecuteNonQueryAsync();
    }

    public Task UntilNoneAsync(string where) => Until.TrueAsync(async () => await CountAsync(where) == 0, Limit, $"no instance with {where}");

    /// <summary>Starts a node and waits until it is ready.</summary>
    public static async Task<NodeProcess> StartNodeAsync(string name, NodeSettings settings)
    {
        var node = NodeProcess.Start(name, settings);
        return await node.IsReadyAsync() ? node : throw new EnduranceException($"Node {name} did not start: see its log.");
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
