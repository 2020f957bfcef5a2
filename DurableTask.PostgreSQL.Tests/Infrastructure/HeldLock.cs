using Npgsql;

namespace DurableTask.PostgreSQL.Tests.Infrastructure;

/// <summary>A lock in the database, by which a test holds up what a node writes or reads.</summary>
internal sealed class HeldLock : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private HeldLock(NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
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
        return new HeldLock(connection, transaction);
    }

    /// <summary>The sessions that wait for this lock.</summary>
    public async Task<int[]> WaitersAsync()
    {
        await using var command = new NpgsqlCommand(
            "select array_agg(pid) from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))", _connection, _transaction);
        return await command.ExecuteScalarAsync() as int[] ?? [];
    }

    /// <summary>Ends the sessions that wait: what they were about to write is not written.</summary>
    public async Task TerminateWaitersAsync()
    {
        await using var command = new NpgsqlCommand(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))", _connection, _transaction);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
