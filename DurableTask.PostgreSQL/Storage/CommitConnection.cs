using Npgsql;

namespace DurableTask.PostgreSQL.Storage;

/// <summary>
/// The connection for commits. When it breaks while a commit is under way, it checks whether the commit took place before it
/// tries again.
/// </summary>
internal sealed class CommitConnection(
    NpgsqlDataSource dataSource,
    CommitSql sql,
    DatabaseHealth health,
    TimeProvider timeProvider) : IAsyncDisposable
{
    /// <remarks>
    /// One plan for ever: the statements find their rows by keys, whatever the arrays hold. By default PostgreSQL plans each commit of a single
    /// instance again, because it costs its kept plan for longer arrays. A commit that a paused process left open ends by itself, so
    /// that it cannot hold the node's row locked.
    /// </remarks>
    private const string SessionSettings = "set idle_in_transaction_session_timeout = '2s'; set plan_cache_mode = force_generic_plan";

    private static readonly TimeSpan FirstRetryDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan MaxOutageDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxDefectDelay = TimeSpan.FromSeconds(5);

    private NpgsqlConnection? _connection;

    /// <summary>Writes the group, however long the database is away.</summary>
    /// <exception cref="NodeFencedException">The node was declared dead: nothing of it is written.</exception>
    public async Task<CommitOutcome> WriteAsync(long nodeId, List<CommitRequest> group, long number, CancellationToken cancellationToken)
    {
        var batch = NewBatch();
        var delay = FirstRetryDelay;
        var isResponseMissing = false;
        while (true)
        {
            try
            {
                var connection = await ConnectAsync(cancellationToken).ConfigureAwait(false);
                if (isResponseMissing && await TookPlaceAsync(connection, nodeId, number, cancellationToken).ConfigureAwait(false))
                {
                    var known = await ReadOutcomeAsync(connection, nodeId, batch, cancellationToken).ConfigureAwait(false);
                    health.Succeeded(DatabaseHealth.Commits);
                    return known;
                }

                isResponseMissing = true;
                var outcome = await batch.ExecuteAsync(connection, cancellationToken).ConfigureAwait(false);
                health.Succeeded(DatabaseHealth.Commits);
                return outcome;
            }
            catch (PostgresException exception) when (exception.SqlState is TaskHubSchema.FencedSqlState)
            {
                health.Succeeded(DatabaseHealth.Commits);
                throw new NodeFencedException(nodeId);
            }
            catch (PostgresException exception) when (exception.SqlState is TaskHubSchema.CommittedSqlState)
            {
                // The first try was still under way on the server when it was looked for: the next look finds it.
                batch = NewBatch();
            }
            catch (Exception exception) when (exception is NodeFencedException
                || DatabaseErrors.KindOf(exception) is DatabaseErrorKind.OfTheInstance)
            {
                health.Succeeded(DatabaseHealth.Commits);
                throw;
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                health.Failed(DatabaseHealth.Commits, exception);
                await DropConnectionAsync().ConfigureAwait(false);
                TaskHubDataSource.Renew(dataSource, exception);
                await Task.Delay(delay, timeProvider, cancellationToken).ConfigureAwait(false);
                var max = DatabaseErrors.KindOf(exception) is DatabaseErrorKind.Defect ? MaxDefectDelay : MaxOutageDelay;
                delay = delay * 2 < max ? delay * 2 : max;

                // The parameters of a batch belong to it: a second try takes a new one.
                batch = NewBatch();
            }
        }

        CommitBatch NewBatch()
        {
            var next = new CommitBatch(sql, nodeId, number);
            group.ForEach(next.Add);
            return next;
        }
    }

    private async ValueTask<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        if (_connection is { } open)
        {
            return open;
        }

        var connection = dataSource.CreateConnection();
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using var command = new NpgsqlCommand(SessionSettings, connection);
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return _connection = connection;
    }

    private async Task DropConnectionAsync()
    {
        if (_connection is { } broken)
        {
            _connection = null;
            await broken.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<bool> TookPlaceAsync(NpgsqlConnection connection, long nodeId, long number, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql.LastCommit, connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = nodeId });
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is long last
            ? last >= number
            : throw new NodeFencedException(nodeId) { IsOutcomeUnknown = true };
    }

    private async Task<CommitOutcome> ReadOutcomeAsync(
        NpgsqlConnection connection,
        long nodeId,
        CommitBatch batch,
        CancellationToken cancellationToken)
    {
        var created = new HashSet<Guid>();
        await using (var command = new NpgsqlCommand(sql.CreatedAmong, connection))
        {
            command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. batch.NewRuns] });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                created.Add(reader.GetGuid(0));
            }
        }

        var released = new HashSet<string>(StringComparer.Ordinal);
        await using (var command = new NpgsqlCommand(sql.ReleasedAmong, connection))
        {
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. batch.Releases] });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = nodeId });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                released.Add(reader.GetString(0));
            }
        }

        return new CommitOutcome(created, released);
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync().ConfigureAwait(false);
        }
    }
}
