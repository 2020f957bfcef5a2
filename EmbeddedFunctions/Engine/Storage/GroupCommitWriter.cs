using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EmbeddedFunctions.Engine.Storage;

/// <summary>
/// The one place that writes to the task hub. Requests that wait when it is free go into one transaction together, so a step costs a
/// share of a commit; under load the shares get smaller by themselves.
/// </summary>
/// <remarks>
/// Commits carry numbers that the node's row keeps. When the connection breaks while a commit is under way, that number tells whether
/// it took place, so nothing is written twice and nothing is given up.
/// </remarks>
internal sealed class GroupCommitWriter(
    NpgsqlDataSource dataSource,
    CommitSql sql,
    string channel,
    EngineClock clock,
    EngineMetrics metrics,
    ILogger<GroupCommitWriter> logger) : IAsyncDisposable
{
    /// <summary>The most requests that one commit takes.</summary>
    private const int MaxGroup = 512;

    private static readonly TimeSpan FirstReconnectDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan MaxReconnectDelay = TimeSpan.FromSeconds(1);

    private readonly Channel<CommitRequest> _queue = Channel.CreateUnbounded<CommitRequest>(new() { SingleReader = true });
    private NpgsqlConnection? _connection;
    private volatile Membership _membership = new(0);
    private volatile bool _isAway;

    /// <summary>Called when a commit was refused because another node declared this one dead.</summary>
    public event Action? Fenced;

    /// <summary>Whether the database did not answer when it was last asked; commits wait until it does.</summary>
    public bool IsDatabaseAway => _isAway;

    /// <summary>From now on commits are this node's.</summary>
    public void Attach(long nodeId)
    {
        _membership = new Membership(nodeId);
        _isAway = false;
    }

    public void Enqueue(CommitRequest request)
    {
        if (!_queue.Writer.TryWrite(request))
        {
            request.OnFailed(new EngineStoppedException());
        }
    }

    /// <summary>Takes no more requests; those taken are still written before <see cref="RunAsync"/> ends.</summary>
    public void Complete() => _queue.Writer.TryComplete();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var group = new List<CommitRequest>(MaxGroup);
        var held = new List<CommitRequest>();
        try
        {
            while (held.Count > 0 || await _queue.Reader.WaitToReadAsync(cancellationToken))
            {
                Gather(group, held);
                await CommitAsync(group, cancellationToken);
                group.Clear();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            logger.LogDebug("The commit writer was stopped");
        }
        finally
        {
            _queue.Writer.TryComplete();
            group.AddRange(held);
            while (_queue.Reader.TryRead(out var request))
            {
                group.Add(request);
            }

            FailAll(group, new EngineStoppedException());
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }
    }

    /// <remarks>Two requests for the same new id cannot share a statement: the later one waits for the next commit.</remarks>
    private void Gather(List<CommitRequest> group, List<CommitRequest> held)
    {
        HashSet<string>? newIds = null;
        var earlier = held.Count > 0 ? held.ToArray() : [];
        held.Clear();
        foreach (var request in earlier)
        {
            Place(request);
        }

        while (group.Count < MaxGroup && _queue.Reader.TryRead(out var request))
        {
            Place(request);
        }

        void Place(CommitRequest request)
        {
            if (request.NewInstances is { } instances)
            {
                newIds ??= new HashSet<string>(StringComparer.Ordinal);
                if (instances.Exists(i => newIds.Contains(i.Id)))
                {
                    held.Add(request);
                    return;
                }

                instances.ForEach(i => newIds.Add(i.Id));
            }

            group.Add(request);
        }
    }

    private async Task CommitAsync(List<CommitRequest> group, CancellationToken cancellationToken)
    {
        // The node can join again at any moment: one commit is made as one node from its start to its last try.
        var membership = _membership;
        var stale = group.FindAll(r => membership.IsFenced || (r.Node is { } node && node != membership.NodeId));
        if (stale.Count > 0)
        {
            FailAll(stale, new NodeFencedException(membership.NodeId));
            group = group.Except(stale).ToList();
        }

        if (group.Count == 0)
        {
            return;
        }

        var started = clock.Timestamp;
        var number = ++membership.LastNumber;
        CommitOutcome outcome;
        try
        {
            outcome = await WriteAsync(membership, group, number, cancellationToken);
        }
        catch (NodeFencedException exception)
        {
            membership.IsFenced = true;
            _isAway = false;
            FailAll(group, exception);
            if (membership == _membership)
            {
                Fenced?.Invoke();
            }

            return;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            await IsolateAsync(group, exception, cancellationToken);
            return;
        }

        metrics.Committed(group.Count, clock.Since(started));
        foreach (var request in group)
        {
            request.OnCommitted(outcome);
        }
    }

    /// <summary>A request that cannot be written must not take the others with it: halves are tried until it stands alone.</summary>
    private async Task IsolateAsync(List<CommitRequest> group, Exception exception, CancellationToken cancellationToken)
    {
        if (group.Count == 1)
        {
            logger.LogError(exception, "A commit of instance {InstanceId} cannot be written", group[0].InstanceId);
            group[0].OnFailed(exception);
            return;
        }

        var half = group.Count / 2;
        await CommitAsync(group.GetRange(0, half), cancellationToken);
        await CommitAsync(group.GetRange(half, group.Count - half), cancellationToken);
    }

    private async Task<CommitOutcome> WriteAsync(
        Membership membership,
        List<CommitRequest> group,
        long number,
        CancellationToken cancellationToken)
    {
        var batch = NewBatch();
        var delay = FirstReconnectDelay;
        var unanswered = false;
        while (true)
        {
            try
            {
                var connection = await ConnectAsync(cancellationToken);
                if (unanswered && await TookPlaceAsync(connection, membership.NodeId, number, cancellationToken))
                {
                    var known = await ReadOutcomeAsync(connection, membership.NodeId, batch, cancellationToken);
                    _isAway = false;
                    return known;
                }

                unanswered = true;
                var outcome = await batch.ExecuteAsync(connection, cancellationToken);
                _isAway = false;
                return outcome;
            }
            catch (PostgresException exception) when (string.Equals(exception.SqlState, TaskHubSchema.FencedSqlState, StringComparison.Ordinal))
            {
                throw new NodeFencedException(membership.NodeId);
            }
            catch (PostgresException exception) when (string.Equals(exception.SqlState, TaskHubSchema.CommittedSqlState, StringComparison.Ordinal))
            {
                // The first try was still under way on the server when it was looked for: the next look finds it.
                batch = NewBatch();
            }
            catch (Exception exception) when (DatabaseErrors.IsOutage(exception))
            {
                logger.LogWarning("PostgreSQL does not answer ({Reason}): {Count} steps wait", exception.Message, group.Count);
                _isAway = true;
                await DropConnectionAsync();
                await Task.Delay(delay, clock.TimeProvider, cancellationToken);
                delay = delay * 2 < MaxReconnectDelay ? delay * 2 : MaxReconnectDelay;

                // The parameters of a batch belong to it: a second try takes a new one.
                batch = NewBatch();
            }
        }

        CommitBatch NewBatch()
        {
            var next = new CommitBatch(sql, channel, membership.NodeId, number, clock.UtcNow);
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
            await connection.OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand("set idle_in_transaction_session_timeout = '2s'", connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        return _connection = connection;
    }

    private async Task DropConnectionAsync()
    {
        if (_connection is { } broken)
        {
            _connection = null;
            await broken.DisposeAsync();
        }
    }

    private async Task<bool> TookPlaceAsync(NpgsqlConnection connection, long nodeId, long number, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql.LastBatch, connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = nodeId });
        return await command.ExecuteScalarAsync(cancellationToken) is long last ? last >= number : throw new NodeFencedException(nodeId);
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
            command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. batch.NewExecutions] });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                created.Add(reader.GetGuid(0));
            }
        }

        var released = new HashSet<string>(StringComparer.Ordinal);
        await using (var command = new NpgsqlCommand(sql.ReleasedAmong, connection))
        {
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. batch.Releases] });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = nodeId });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                released.Add(reader.GetString(0));
            }
        }

        return new CommitOutcome(created, released);
    }

    private static void FailAll(List<CommitRequest> group, Exception exception)
    {
        foreach (var request in group)
        {
            request.OnFailed(exception);
        }
    }

    /// <summary>The node under one of its numbers.</summary>
    private sealed class Membership(long nodeId)
    {
        public long NodeId { get; } = nodeId;

        /// <summary>The number of its last commit.</summary>
        public long LastNumber { get; set; }

        /// <summary>Whether it was declared dead.</summary>
        public bool IsFenced { get; set; }
    }
}
