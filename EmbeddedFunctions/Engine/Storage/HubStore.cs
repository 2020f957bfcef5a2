using Microsoft.DurableTask.Client;
using Npgsql;
using NpgsqlTypes;

namespace EmbeddedFunctions.Engine.Storage;

/// <summary>Reads of the task hub, and the few writes that are not part of an orchestration's step.</summary>
internal sealed class HubStore(NpgsqlDataSource dataSource, string schema, string channel)
{
    private const string InstanceColumns =
        "id, execution_id, name, version, status, input, output, custom_status, failure, created_at, updated_at, completed_at, started_at, "
        + "start_at, owner, wake_at, mail, delivered_to, parent_id, parent_name, parent_task, tags, trace_parent";

    private static readonly string QualifiedInstanceColumns = string.Join(", ", InstanceColumns.Split(", ").Select(c => "i." + c));

    /// <summary>
    /// Takes instances that want to run and that nobody holds, oldest wish first. They keep their wish: it tells them from those that
    /// began on the node.
    /// </summary>
    public async Task<List<InstanceRecord>> AcquireAsync(
        long nodeId,
        DateTime now,
        int limit,
        string[]? rejectedVersions,
        CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            with ready as (
                select id from {schema}.instances
                where owner is null and wake_at <= $2 and ($4::text[] is null or version <> all($4))
                order by wake_at
                limit $3
                for update skip locked)
            update {schema}.instances i
            set owner = (select id from {schema}.nodes where id = $1 for key share), started_at = coalesce(i.started_at, $2),
                status = case when i.status = 6 then 0 else i.status end
            from ready
            where i.id = ready.id
            returning {QualifiedInstanceColumns}
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = nodeId });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = now, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        command.Parameters.Add(Texts(rejectedVersions));
        var instances = await ReadInstancesAsync(command, cancellationToken);

        // Without a node row the update leaves them to nobody, and as ready as they were.
        return instances.Exists(i => i.Owner is null) ? throw new NodeFencedException(nodeId) : instances;
    }

    /// <summary>What a node has taken by <see cref="AcquireAsync"/> and still holds; of the instances named, or all.</summary>
    public async Task<List<InstanceRecord>> FindTakenAsync(long nodeId, string[]? among, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"select {InstanceColumns} from {schema}.instances where owner = $1 and wake_at is not null and ($2::text[] is null or id = any($2))");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = nodeId });
        command.Parameters.Add(Texts(among));
        return await ReadInstancesAsync(command, cancellationToken);
    }

    /// <summary>When the next instance that nobody holds wants to run; <see langword="null"/> with none.</summary>
    public async Task<DateTime?> NextWakeAsync(string[]? rejectedVersions, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select wake_at from {schema}.instances
            where owner is null and wake_at is not null and ($1::text[] is null or version <> all($1)) order by wake_at limit 1
            """);
        command.Parameters.Add(Texts(rejectedVersions));
        return await command.ExecuteScalarAsync(cancellationToken) is DateTime next ? next : null;
    }

    /// <summary>The histories of several instances, each in order.</summary>
    public async Task<Dictionary<string, List<HistoryEvent>>> LoadHistoriesAsync(
        IEnumerable<string> ids,
        CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select instance_id, events from {schema}.history
            where instance_id = any($1) order by instance_id, seq
            """);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. ids] });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var histories = new Dictionary<string, List<HistoryEvent>>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            var id = reader.GetString(0);
            if (!histories.TryGetValue(id, out var history))
            {
                histories[id] = history = [];
            }

            HistoryCodec.Read(reader.GetFieldValue<byte[]>(1), history);
        }

        return histories;
    }

    /// <summary>All messages that wait for instances of this node, oldest first, with the row's message count.</summary>
    public async Task<List<(InboxMessage Message, long Mail)>> ReadInboxAsync(long nodeId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select b.id, b.instance_id, b.kind, b.name, b.data, b.task_id, i.mail
            from {schema}.inbox b join {schema}.instances i on i.id = b.instance_id
            where i.owner = $1 order by b.id
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = nodeId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var messages = new List<(InboxMessage, long)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var message = new InboxMessage(
                reader.GetString(1),
                (InboxMessageKind)reader.GetInt16(2),
                Text(reader, 3),
                Text(reader, 4),
                reader.GetInt32(5))
            { Id = reader.GetInt64(0) };
            messages.Add((message, reader.GetInt64(6)));
        }

        return messages;
    }

    /// <summary>Puts a message into an instance's inbox and wakes whoever holds it.</summary>
    /// <returns><see langword="false"/> when no such instance runs.</returns>
    public async Task<bool> SendAsync(InboxMessage message, DateTime now, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            with receiver as (
                update {schema}.instances i
                set mail = i.mail + 1, wake_at = case when i.owner is null and {CommitSql.IsDue} then $6 else i.wake_at end
                where i.id = $1 and i.status not in (1, 3, 4, 5)
                returning i.id, i.owner),
            put as (
                insert into {schema}.inbox (instance_id, kind, name, data, task_id)
                select id, $2, $3, $4, $5 from receiver returning 1)
            select pg_notify($7, coalesce('m' || owner, 'r')) from receiver
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = message.InstanceId });
        command.Parameters.Add(new NpgsqlParameter<short> { TypedValue = (short)message.Kind });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = message.Name });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = message.Data });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = message.TaskId });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = now, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = channel });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken);
    }

    /// <summary>Ends an instance that has not begun and that no other waits for: it never runs.</summary>
    /// <returns>Whether it was such a one.</returns>
    public async Task<bool> TerminatePendingAsync(string id, string? output, DateTime now, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            with ended as (
                update {schema}.instances
                set status = 5, output = $2, updated_at = $3, completed_at = $3, wake_at = null
                where id = $1 and owner is null and status = 6 and parent_id is null
                returning id)
            insert into {schema}.history (instance_id, seq, events)
            select id, 0, $4 from ended
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = output });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = now, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new NpgsqlParameter<byte[]>
        {
            TypedValue = HistoryCodec.Write([new HistoryEvent(HistoryEventType.Terminated, now, Data: output)]),
            NpgsqlDbType = NpgsqlDbType.Text,
        });
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    public async Task<InstanceRecord?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"select {InstanceColumns} from {schema}.instances where id = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
        var found = await ReadInstancesAsync(command, cancellationToken);
        return found.Count > 0 ? found[0] : null;
    }

    /// <summary>The state of an instance alone, which is what a waiting caller asks for again and again.</summary>
    public async Task<OrchestrationRuntimeStatus?> StatusAsync(string id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"select status from {schema}.instances where id = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
        return await command.ExecuteScalarAsync(cancellationToken) is short status ? (OrchestrationRuntimeStatus)status : null;
    }

    /// <summary>Instances that fit a filter, in order of their ids, after one of them.</summary>
    public async Task<List<InstanceRecord>> QueryAsync(InstanceFilter filter, string? afterId, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select {InstanceColumns} from {schema}.instances
            where ($1 is null or created_at >= $1) and ($2 is null or created_at <= $2)
              and ($3 is null or status = any($3)) and ($4 is null or starts_with(id, $4)) and ($5 is null or id > $5)
            order by id limit $6
            """);
        AddFilter(command, filter);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = filter.IdPrefix, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = afterId, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        return await ReadInstancesAsync(command, cancellationToken);
    }

    /// <summary>Deletes an instance that nobody runs, with all that it had.</summary>
    /// <returns>Whether it was there and was not held by a node.</returns>
    public async Task<bool> PurgeUnownedAsync(string id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            with gone as (delete from {schema}.instances where id = $1 and owner is null returning id),
            history as (delete from {schema}.history h using gone where h.instance_id = gone.id),
            inbox as (delete from {schema}.inbox b using gone where b.instance_id = gone.id)
            select count(*) from gone
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
        return await command.ExecuteScalarAsync(cancellationToken) is > 0L;
    }

    /// <summary>Ids of ended instances by status and by when they ended, in order, after one of them.</summary>
    public async Task<List<string>> ListEndedAsync(InstanceFilter filter, string? afterId, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select id from {schema}.instances
            where status in (1, 3, 4, 5) and ($1 is null or completed_at >= $1) and ($2 is null or completed_at <= $2)
              and ($3 is null or status = any($3)) and ($4 is null or id > $4)
            order by id limit $5
            """);
        AddFilter(command, filter with { CreatedFrom = filter.CompletedFrom, CreatedTo = filter.CompletedTo });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = afterId, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        return await ReadIdsAsync(command, cancellationToken);
    }

    /// <summary>Ids of the sub-orchestrations that an instance started.</summary>
    public async Task<List<string>> ChildrenOfAsync(string parentId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"select id from {schema}.instances where parent_id = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = parentId });
        return await ReadIdsAsync(command, cancellationToken);
    }

    /// <summary>Deletes ended instances that fit a filter, a bounded number of them.</summary>
    /// <returns>How many went.</returns>
    public async Task<int> PurgeEndedAsync(InstanceFilter filter, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            with old as (
                select id from {schema}.instances
                where ($1 is null or created_at >= $1) and ($2 is null or created_at <= $2)
                  and ($3 is null or status = any($3)) and status in (1, 3, 4, 5)
                limit $4 for update skip locked),
            gone as (delete from {schema}.instances i using old where i.id = old.id returning i.id),
            history as (delete from {schema}.history h using gone where h.instance_id = gone.id),
            inbox as (delete from {schema}.inbox b using gone where b.instance_id = gone.id)
            select count(*) from gone
            """);
        AddFilter(command, filter);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        return await command.ExecuteScalarAsync(cancellationToken) is long count ? (int)count : 0;
    }

    /// <summary>Messages to instances that ended before they read them.</summary>
    public async Task ClearDeadLettersAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            delete from {schema}.inbox b
            where not exists (select 1 from {schema}.instances i where i.id = b.instance_id and i.status not in (1, 3, 4, 5))
            """);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<List<string>> ReadIdsAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetString(0));
        }

        return ids;
    }

    /// <summary>Gives back instances that were taken but are for another node to run.</summary>
    public async Task GiveBackAsync(long nodeId, IEnumerable<string> ids, DateTime now, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            update {schema}.instances i
            set owner = null, wake_at = $3,
                status = case when exists (select 1 from {schema}.history h where h.instance_id = i.id) then i.status else 6 end
            where id = any($2) and owner = $1
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = nodeId });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. ids] });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = now, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlParameter<string[]?> Texts(string[]? values) =>
        new() { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    private static void AddFilter(NpgsqlCommand command, InstanceFilter filter)
    {
        command.Parameters.Add(new NpgsqlParameter<DateTime?> { TypedValue = filter.CreatedFrom, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new NpgsqlParameter<DateTime?> { TypedValue = filter.CreatedTo, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new NpgsqlParameter<short[]?>
        {
            TypedValue = filter.Statuses is { Count: > 0 } some ? [.. some.Select(s => (short)s)] : null,
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Smallint,
        });
    }

    private static async Task<List<InstanceRecord>> ReadInstancesAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var instances = new List<InstanceRecord>();
        while (await reader.ReadAsync(cancellationToken))
        {
            instances.Add(new InstanceRecord
            {
                Id = reader.GetString(0),
                ExecutionId = reader.GetGuid(1),
                Name = reader.GetString(2),
                Version = reader.GetString(3),
                Status = (OrchestrationRuntimeStatus)reader.GetInt16(4),
                Input = Text(reader, 5),
                Output = Text(reader, 6),
                CustomStatus = Text(reader, 7),
                Failure = Text(reader, 8),
                CreatedAt = reader.GetDateTime(9),
                UpdatedAt = reader.GetDateTime(10),
                CompletedAt = Time(reader, 11),
                StartedAt = Time(reader, 12),
                StartAt = Time(reader, 13),
                Owner = reader.IsDBNull(14) ? null : reader.GetInt64(14),
                WakeAt = Time(reader, 15),
                Mail = reader.GetInt64(16),
                DeliveredTo = reader.GetInt32(17),
                ParentId = Text(reader, 18),
                ParentName = Text(reader, 19),
                ParentTaskId = reader.IsDBNull(20) ? null : reader.GetInt32(20),
                Tags = Text(reader, 21),
                TraceParent = Text(reader, 22),
            });
        }

        return instances;
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static DateTime? Time(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetDateTime(column);
}

/// <summary>Which instances a query or a purge means; what is <see langword="null"/> or empty restricts nothing.</summary>
internal sealed record InstanceFilter(
    DateTime? CreatedFrom = null,
    DateTime? CreatedTo = null,
    IReadOnlyCollection<OrchestrationRuntimeStatus>? Statuses = null,
    string? IdPrefix = null,
    DateTime? CompletedFrom = null,
    DateTime? CompletedTo = null);
