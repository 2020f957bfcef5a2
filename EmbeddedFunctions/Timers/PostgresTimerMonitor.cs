using EmbeddedFunctions.Engine;
using EmbeddedFunctions.Engine.Storage;
using Microsoft.Azure.Functions.Worker;
using Npgsql;

namespace EmbeddedFunctions.Timers;

/// <summary>The monitor of all nodes that share a task hub's database: a row a timer function, whose last occurrence only ever moves on.</summary>
internal sealed class PostgresTimerMonitor(EngineOptions options) : ITimerMonitor, IAsyncDisposable
{
    // A handful of statements a minute: one connection is enough, and none is kept for long.
    private readonly NpgsqlDataSource _dataSource = EngineDataSource.Create(new NpgsqlConnectionStringBuilder(options.ConnectionString)
    {
        ApplicationName = $"timers ({options.Schema})",
        MaxPoolSize = 2,
        ConnectionIdleLifetime = 10,
        ConnectionPruningInterval = 5,
        Enlist = false,
    });

    private readonly SemaphoreSlim _preparing = new(1, 1);
    private bool _prepared;

    public async Task<ScheduleStatus?> FindAsync(string function, CancellationToken cancellationToken)
    {
        await PrepareAsync(cancellationToken);
        await using var command = _dataSource.CreateCommand($"select last_at, next_at, updated_at from {options.Schema}.timers where name = $1");
        command.Parameters.Add(new() { Value = Key(function) });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new ScheduleStatus { Last = Time(reader, 0), Next = Time(reader, 1), LastUpdated = Time(reader, 2) }
            : null;
    }

    public async Task SaveAsync(string function, ScheduleStatus status, CancellationToken cancellationToken)
    {
        await PrepareAsync(cancellationToken);

        // A node that is late must not take the row back behind what another has run since.
        await using var command = _dataSource.CreateCommand(
            $"""
            insert into {options.Schema}.timers as t (name, last_at, next_at, updated_at) values ($1, $2, $3, $4)
            on conflict (name) do update set
                last_at = greatest(t.last_at, excluded.last_at),
                next_at = greatest(t.next_at, excluded.next_at),
                updated_at = greatest(t.updated_at, excluded.updated_at)
            """);
        command.Parameters.Add(new() { Value = Key(function) });
        command.Parameters.Add(new() { Value = Stored(status.Last), NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new() { Value = Stored(status.Next), NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new() { Value = Stored(status.LastUpdated), NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<bool> TryTakeAsync(string function, DateTime occurrence, CancellationToken cancellationToken)
    {
        await PrepareAsync(cancellationToken);

        // The row's lock makes the nodes come one after another; the second finds the occurrence taken.
        await using var command = _dataSource.CreateCommand(
            $"""
            insert into {options.Schema}.timers as t (name, last_at) values ($1, $2)
            on conflict (name) do update set last_at = excluded.last_at where t.last_at is null or t.last_at < excluded.last_at
            """);
        command.Parameters.Add(new() { Value = Key(function) });
        command.Parameters.Add(new() { Value = DateTime.SpecifyKind(occurrence, DateTimeKind.Utc) });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    public async ValueTask DisposeAsync()
    {
        await _dataSource.DisposeAsync();
        _preparing.Dispose();
    }

    /// <summary>The tables may be missing still: an app of timers alone has no engine that makes them.</summary>
    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _prepared)) return;
        await _preparing.WaitAsync(cancellationToken);
        try
        {
            if (_prepared) return;
            await TaskHubSchema.EnsureAsync(_dataSource, options.Schema, cancellationToken);
            Volatile.Write(ref _prepared, true);
        }
        finally
        {
            _preparing.Release();
        }
    }

    // Functions are the same by name in any case.
    private static string Key(string function) => function.ToLowerInvariant();

    private static object Stored(DateTime time) => time == default ? DBNull.Value : DateTime.SpecifyKind(time, DateTimeKind.Utc);

    private static DateTime Time(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? default : reader.GetDateTime(column);
}
