using Npgsql;
using NpgsqlTypes;

namespace EmbeddedHost.Functions.Timers;

/// <summary>The state of the timers of all nodes: a row for each timer function, in PostgreSQL and by its clock.</summary>
internal sealed class TimerStore(string connectionString, string taskHub) : IAsyncDisposable
{
    /// <summary>The most connections that it opens.</summary>
    public const int MaxConnections = 2;

    // Nodes that start together must not create the table twice: "timers" in ASCII.
    private const long SchemaLock = 0x74_69_6D_65_72_73;

    // A few statements a minute: one connection is enough, and none is kept for long.
    private readonly NpgsqlDataSource _dataSource = new NpgsqlSlimDataSourceBuilder(new NpgsqlConnectionStringBuilder(connectionString)
    {
        ApplicationName = "atelier timers",
        MaxPoolSize = MaxConnections,
        ConnectionIdleLifetime = 10,
        ConnectionPruningInterval = 5,
    }.ConnectionString)
    { Name = "timers" }.EnableTransportSecurity().EnableIntegratedSecurity().Build();

    /// <summary>The state of a timer; its row is created when it is first read.</summary>
    public async Task<TimerState> ReadAsync(string function, CancellationToken cancellationToken)
    {
        await PrepareAsync(cancellationToken);
        await using var command = _dataSource.CreateCommand(
            """
            insert into embedded_host.timers as t (task_hub, function, updated_at) values ($1, $2, clock_timestamp())
            on conflict (task_hub, function) do update set function = excluded.function
            returning false, last_at, updated_at, clock_timestamp()
            """);
        return await ReadAsync(command, function, cancellationToken);
    }

    /// <summary>Takes an occurrence for this node, if it is due and no node has taken it or a later one that has come.</summary>
    /// <returns>The timer's state before.</returns>
    public async Task<TimerState> TakeAsync(string function, DateTime due, CancellationToken cancellationToken)
    {
        await using var command = _dataSource.CreateCommand(
            """
            with taken as (
                update embedded_host.timers set last_at = $3, updated_at = clock_timestamp()
                where task_hub = $1 and function = $2 and $3 <= clock_timestamp() and (last_at is null or last_at < $3 or last_at > clock_timestamp())
                returning 1)
            select exists (select from taken), last_at, updated_at, clock_timestamp()
            from embedded_host.timers where task_hub = $1 and function = $2
            """);
        var occurrence = new NpgsqlParameter { Value = due, NpgsqlDbType = NpgsqlDbType.TimestampTz };
        return await ReadAsync(command, function, cancellationToken, occurrence);
    }

    public ValueTask DisposeAsync() => _dataSource.DisposeAsync();

    private async Task<TimerState> ReadAsync(
        NpgsqlCommand command, string function, CancellationToken cancellationToken, params NpgsqlParameter[] more)
    {
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = taskHub });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = function });
        command.Parameters.AddRange(more);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var last = reader.IsDBNull(1) ? default(DateTime?) : reader.GetDateTime(1);
        return new TimerState(reader.GetBoolean(0), last, reader.GetDateTime(2), reader.GetDateTime(3));
    }

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        // Checked first: a role without the right to create schemas may not even use "create schema if not exists".
        await using var question = _dataSource.CreateCommand("select to_regclass('embedded_host.timers') is not null");
        if (await question.ExecuteScalarAsync(cancellationToken) is true) return;

        await using var command = _dataSource.CreateCommand(
            $"""
            select pg_advisory_xact_lock({SchemaLock});
            create schema if not exists embedded_host;
            create table if not exists embedded_host.timers (
                task_hub text not null,
                function text not null,
                last_at timestamptz,
                updated_at timestamptz not null,
                primary key (task_hub, function))
            """);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>The state of a timer.</summary>
/// <param name="IsTaken">Whether this node has just taken the occurrence that it tried to take.</param>
/// <param name="Last">The last occurrence that a node took; <see langword="null"/> for none yet.</param>
/// <param name="UpdatedAt">When that was, or when the row was created.</param>
/// <param name="Now">PostgreSQL's time.</param>
internal sealed record TimerState(bool IsTaken, DateTime? Last, DateTime UpdatedAt, DateTime Now);
