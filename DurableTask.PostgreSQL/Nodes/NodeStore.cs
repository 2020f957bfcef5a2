using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using DurableTask.PostgreSQL.Storage;
using Npgsql;

namespace DurableTask.PostgreSQL.Nodes;

/// <summary>The nodes of a task hub: which of them live, which are declared dead, and the instances that the dead ones held.</summary>
internal sealed class NodeStore(NpgsqlDataSource dataSource, SqlText sql)
{
    /// <summary>
    /// The advisory lock that a node's session holds is this class and the node's number. Locks belong to the database, and hubs in one database number
    /// their nodes alike: each has a class of its own.
    /// </summary>
    private readonly int _lockClass = BinaryPrimitives.ReadInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(sql.Channel)));

    public async Task<long> RegisterAsync(ProcessIdentity identity, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(sql["Register"]);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = identity.Machine });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = identity.ProcessId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = identity.ProcessKey });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <returns>Whether the node still counts as alive.</returns>
    public async Task<bool> BeatAsync(long nodeId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(sql["Heartbeat"]);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = nodeId });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Takes the node's session lock: as long as the session lives, so does the node.</summary>
    public async Task HoldSessionAsync(NpgsqlConnection connection, long nodeId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql["HoldSession"], connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = _lockClass });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = unchecked((int)nodeId) });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Declares nodes dead and frees what they held: those silent for the whole lease; those whose session is gone and whose process is
    /// known to be gone; and those whose session is gone for longer than a restart of PostgreSQL explains.
    /// </summary>
    /// <param name="self">The node that checks.</param>
    /// <param name="identity">The process of that node.</param>
    /// <param name="options">The lease and the reconnect grace.</param>
    /// <param name="trustsSilence">
    /// Whether silence counts. It does not right after the database was away: the first node to be back would declare all others dead.
    /// </param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <returns>The number of instances freed.</returns>
    public async Task<int> RemoveDeadAsync(
        long self,
        ProcessIdentity identity,
        PostgreSqlOrchestrationServiceOptions options,
        bool trustsSilence,
        CancellationToken cancellationToken)
    {
        var suspects = new List<(long Id, ProcessIdentity Identity, bool Expired, bool GraceOver, bool SessionGone)>();
        await using (var command = dataSource.CreateCommand(sql["Suspects"]))
        {
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = self });
            command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = options.Lease });
            command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = options.ReconnectGrace });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = unchecked((uint)_lockClass) });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                suspects.Add((
                    reader.GetInt64(0),
                    new ProcessIdentity(reader.GetString(1), reader.GetInt32(2), reader.GetString(3)),
                    trustsSilence && reader.GetBoolean(4),
                    trustsSilence && reader.GetBoolean(5),
                    reader.GetBoolean(6)));
            }
        }

        var freed = 0;
        foreach (var suspect in suspects)
        {
            var isDead = suspect.Expired
                || (suspect.SessionGone && (suspect.GraceOver || identity.IsKnownDead(suspect.Identity)));
            if (isDead)
            {
                freed += await RemoveAsync(suspect.Id, suspect.Expired ? options.Lease : TimeSpan.Zero, died: true, cancellationToken);
            }
        }

        return freed;
    }

    /// <summary>A graceful leave: what the node held is free for others at once.</summary>
    public Task<int> LeaveAsync(long nodeId, CancellationToken cancellationToken) => RemoveAsync(nodeId, TimeSpan.Zero, died: false, cancellationToken);

    /// <remarks>
    /// The deletion waits for a commit of that node under way, and every later one finds its row gone. Only the second statement's
    /// snapshot is sure to see what that last commit wrote.
    /// </remarks>
    private async Task<int> RemoveAsync(long nodeId, TimeSpan silentFor, bool died, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var delete = new NpgsqlCommand(sql["DeleteNode"], connection, transaction))
        {
            delete.Parameters.Add(new NpgsqlParameter<long> { TypedValue = nodeId });
            delete.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = silentFor });
            if (await delete.ExecuteNonQueryAsync(cancellationToken) == 0)
            {
                return 0;
            }
        }

        int freed;
        await using (var free = new NpgsqlCommand(sql["FreeInstances"], connection, transaction))
        {
            free.Parameters.Add(new NpgsqlParameter<long> { TypedValue = nodeId });
            free.Parameters.Add(new NpgsqlParameter<int> { TypedValue = died ? 1 : 0 });
            freed = await free.ExecuteNonQueryAsync(cancellationToken);
        }

        await using (var notify = new NpgsqlCommand(sql["AnnounceWork"], connection, transaction))
        {
            notify.Parameters.Add(new NpgsqlParameter<string> { TypedValue = sql.Channel });
            await notify.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return freed;
    }
}
