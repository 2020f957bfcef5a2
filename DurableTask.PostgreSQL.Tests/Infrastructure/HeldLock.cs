using Npgsql;

namespace DurableTask.PostgreSQL.Tests.Infrastructure;

/// <summary>A lock in the database, by which a test holds up what a node writes or reads.</summary>
internal sealed class HeldLock : IAsyncDisposable
{
    private readonly string _connectionString;
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private HeldLock(string connectionString, NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        _connectionString = connectionString;
        _connection = connection;
        _transaction = transaction;
    }

    public static async Task<HeldLock> TakeAsync(string connectionString, string statement)
    {
        var connection = new NpgsqlConnection($"{connectionString};Pooling=false");
        await connection.OpenAsync();
        var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand(statement, connection, transaction);
        await command.ExecuteNonQueryAsync();
        return new HeldLock(connectionString, connection, transaction);
    }

    /// <summary>How many sessions wait for this lock, with a statement that contains this.</summary>
    public Task<long> WaitersAsync(string statement = "") => Sql.ScalarAsync<long>(
        _connectionString,
        $"select count(*) from pg_stat_activity where {_connection.ProcessID} = any(pg_blocking_pids(pid)) and position('{statement}' in query) > 0");

    /// <summary>Waits until a session waits for this lock, with a statement that contains this.</summary>
    public Task BlocksAsync(string statement = "") => Eventually.TrueAsync(async () => await WaitersAsync(statement) > 0);

    /// <summary>Ends the sessions that wait: what they were about to write is not written.</summary>
    public Task TerminateWaitersAsync() => Sql.ExecuteAsync(
        _connectionString,
        $"select pg_terminate_backend(pid, 5000) from pg_stat_activity where {_connection.ProcessID} = any(pg_blocking_pids(pid))");

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
