using Npgsql;

namespace EmbeddedFunctions.Engine.Nodes;

/// <summary>The nodes of a task hub: who lives, who is declared dead, what becomes of what the dead held.</summary>
internal sealed class NodeStore(NpgsqlDataSource dataSource, string schema, string channel)
{
    /// <summary>The advisory lock that a node's session holds is this class and the node's number.</summary>
    private const int LockClass = 0x41544C52;

    public async Task<long> RegisterAsync(MachineIdentity identity, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"insert into {schema}.nodes (machine, process_id, process_key) values ($1, $2, $3) returning id");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = identity.Machine });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = identity.ProcessId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = identity.ProcessKey });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <returns>Whether the node still counts as alive.</returns>
    public async Task<bool> BeatAsync(long nodeId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"update {schema}.nodes set heartbeat_at = clock_timestamp() where id = $1");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = nodeId });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Takes the node's session lock: as long as the session lives, so does the node.</summary>
    public static async Task HoldSessionAsync(NpgsqlConnection connection, long nodeId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select pg_advisory_lock_shared($1, $2)", connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = LockClass });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = unchecked((int)nodeId) });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Declares nodes dead and frees what they held: those silent for the whole lease; those whose session is gone and whose process is
    /// known to be; and those whose session is gone for longer than a restart of PostgreSQL excuses.
    /// </summary>
    /// <param name="self">The node that looks.</param>
    /// <param name="identity">The process of that node.</param>
    /// <param name="options">How long silence is excused.</param>
    /// <param name="trustsSilence">
    /// Whether silence counts. It does not right after the database was away: whoever is first to be back would bury all others.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The number of instances freed.</returns>
    public async Task<int> BuryDeadAsync(
        long self,
        MachineIdentity identity,
        EngineOptions options,
        bool trustsSilence,
        CancellationToken cancellationToken)
    {
        var suspects = new List<(long Id, MachineIdentity Identity, bool Expired, bool GraceOver, bool SessionGone)>();
        await using (var command = dataSource.CreateCommand(
            $"""
            select n.id, n.machine, n.process_id, n.process_key,
                clock_timestamp() - greatest(n.heartbeat_at, pg_postmaster_start_time()) > $2,
                clock_timestamp() - greatest(n.heartbeat_at, pg_postmaster_start_time()) > $3,
                not exists (select 1 from pg_locks l where l.locktype = 'advisory' and l.classid = $4::oid and l.objid = (n.id & 4294967295)::oid
                    and l.database = (select oid from pg_database where datname = current_database()) and l.granted)
            from {schema}.nodes n where n.id <> $1
            """))
        {
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = self });
            command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = options.Lease });
            command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = options.ReconnectGrace });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = LockClass });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                suspects.Add((
                    reader.GetInt64(0),
                    new MachineIdentity(reader.GetString(1), reader.GetInt32(2), reader.GetString(3)),
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
                freed += await BuryAsync(suspect.Id, suspect.Expired ? options.Lease : TimeSpan.Zero, cancellationToken);
            }
        }

        return freed;
    }

    /// <summary>A graceful leave: what the node held is free for others at once.</summary>
    public Task<int> LeaveAsync(long nodeId, CancellationToken cancellationToken) => BuryAsync(nodeId, TimeSpan.Zero, cancellationToken);

    /// <remarks>
    /// The deletion waits for a commit of that node under way, and every later one finds its row gone. Only the second statement's
    /// snapshot is sure to see what that last commit wrote.
    /// </remarks>
    private async Task<int> BuryAsync(long nodeId, TimeSpan silentFor, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var delete = new NpgsqlCommand(
            $"delete from {schema}.nodes where id = $1 and clock_timestamp() - heartbeat_at >= $2",
            connection,
            transaction))
        {
            delete.Parameters.Add(new NpgsqlParameter<long> { TypedValue = nodeId });
            delete.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = silentFor });
            if (await delete.ExecuteNonQueryAsync(cancellationToken) == 0)
            {
                return 0;
            }
        }

        int freed;
        await using (var free = new NpgsqlCommand(
            $"update {schema}.instances set owner = null, wake_at = clock_timestamp() where owner = $1",
            connection,
            transaction))
        {
            free.Parameters.Add(new NpgsqlParameter<long> { TypedValue = nodeId });
            freed = await free.ExecuteNonQueryAsync(cancellationToken);
        }

        await using (var notify = new NpgsqlCommand("select pg_notify($1, 'r')", connection, transaction))
        {
            notify.Parameters.Add(new NpgsqlParameter<string> { TypedValue = channel });
            await notify.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return freed;
    }
}
