using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.PostgreSQL.Sessions;
using Npgsql;
using NpgsqlTypes;

namespace DurableTask.PostgreSQL.Storage;

/// <summary>Reads of the task hub, and the few writes that are not part of a checkpoint.</summary>
internal sealed class TaskHubStore(NpgsqlDataSource dataSource, SqlText sql, int maxDispatchCount)
{
    /// <summary>Behind every character that an id has: with it a prefix becomes the end of a range that an index finds.</summary>
    private const string LastCharacter = "\U0010FFFF";

    /// <summary>Takes instances that are ready to run and have no owner, the oldest first.</summary>
    /// <returns>What was taken, and whether there are more of versions that the node had not met before.</returns>
    public async Task<(List<StoredInstance> Taken, bool HasMore)> AcquireAsync(
        long nodeId, int limit, VersionFilter versions, CancellationToken cancellationToken)
    {
        await using var command = Command(
            "Acquire", Value(nodeId), Value(limit), Texts(versions.Rejected), Value(maxDispatchCount), Texts(versions.Accepted));
        var instances = await ReadInstancesAsync(command, cancellationToken);
        if (!instances.Exists(i => i.Owner is null))
        {
            return (instances, false);
        }

        var accepted = versions.Accepted;
        var unmet = instances.FindAll(i => i.Owner is null && accepted?.Contains(i.Version) is false);
        unmet.ForEach(i => versions.Rejects(i.Version));
        instances.RemoveAll(unmet.Contains);

        // Without a node row the update leaves them without an owner, and ready to run.
        return instances.Exists(i => i.Owner is null) ? throw new NodeFencedException(nodeId) : (instances, true);
    }

    /// <summary>What a node has taken by <see cref="AcquireAsync"/> and still holds; of the instances named, or all.</summary>
    public async Task<List<StoredInstance>> FindTakenAsync(long nodeId, string[]? among, CancellationToken cancellationToken)
    {
        await using var command = Command("FindTaken", Value(nodeId), Texts(among));
        return await ReadInstancesAsync(command, cancellationToken);
    }

    /// <summary>How long until the next instance without an owner is to be taken; <see langword="null"/> if there is none.</summary>
    public async Task<TimeSpan?> NextWakeAsync(string[]? rejectedVersions, CancellationToken cancellationToken)
    {
        await using var command = Command("NextWake", Texts(rejectedVersions), Value(maxDispatchCount));
        return await command.ExecuteScalarAsync(cancellationToken) is double seconds ? TimeSpan.FromSeconds(Math.Min(seconds, 86_400)) : null;
    }

    /// <summary>How many instances wait for a node, and how many nodes hold.</summary>
    public async Task<TaskHubBacklog> BacklogAsync(CancellationToken cancellationToken)
    {
        await using var command = Command("Backlog", Value(maxDispatchCount));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new TaskHubBacklog(reader.GetInt64(0), reader.GetInt64(1));
    }

    /// <summary>The histories of several instances, each in order.</summary>
    public async Task<Dictionary<string, List<HistoryEvent>>> LoadHistoriesAsync(
        IReadOnlyCollection<StoredInstance> instances,
        CancellationToken cancellationToken)
    {
        var byId = instances.ToDictionary(i => i.Id, StringComparer.Ordinal);
        var histories = byId.Keys.ToDictionary(id => id, _ => new List<HistoryEvent>(), StringComparer.Ordinal);
        await using var command = Command("LoadHistories", Value<string[]>([.. byId.Keys]));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var id = reader.GetString(0);
            HistoryCodec.Read(reader.GetFieldValue<byte[]>(1), byId[id], histories[id]);
        }

        return histories;
    }

    /// <summary>All messages that wait for instances of a node, the oldest first.</summary>
    public async Task<List<InboxMessage>> ReadInboxAsync(long nodeId, CancellationToken cancellationToken)
    {
        await using var command = Command("ReadInbox", Value(nodeId));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var messages = new List<InboxMessage>();
        while (await reader.ReadAsync(cancellationToken))
        {
            messages.Add(new InboxMessage(
                reader.GetInt64(0),
                reader.GetString(1),
                Text(reader, 2),
                HistoryCodec.ReadMessage(reader.GetFieldValue<byte[]>(3)),
                reader.GetInt64(4)));
        }

        return messages;
    }

    /// <summary>Puts a message into an instance's inbox and wakes the node that holds it.</summary>
    /// <returns>The receiver's node and its count of messages, with this one; <see langword="null"/> when no such instance runs.</returns>
    public async Task<(long? Owner, long InboxCount)?> SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        await using var command = Command(
            "Send",
            Value(message.InstanceId),
            Value(message.ExecutionId),
            new NpgsqlParameter<byte[]> { TypedValue = message.Event, NpgsqlDbType = NpgsqlDbType.Text },
            Value(message.IsRewind),
            Value(sql.Channel));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.IsDBNull(0) ? null : reader.GetInt64(0), reader.GetInt64(1)) : null;
    }

    /// <summary>Creates an instance that waits in the database, for a process that is no node.</summary>
    /// <returns><see langword="false"/> when a run with its id has not ended.</returns>
    public async Task<bool> CreateAsync(StoredInstance instance, CancellationToken cancellationToken)
    {
        var batch = new CommitBatch(new CommitSql(sql), nodeId: 0, number: 0);
        batch.Add(new Creation { InstanceId = instance.Id, NewInstances = [new NewInstance(instance)] });
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var outcome = await batch.ExecuteAsync(connection, cancellationToken, isFenced: false);
        return outcome.Created.Contains(instance.RunId);
    }

    /// <summary>Ends an instance that has not begun, or that was set aside: its code does not run. Its parent gets a failure.</summary>
    /// <returns>Whether it was such a one.</returns>
    public async Task<bool> TerminateUnstartedAsync(StoredInstance instance, string? output, CancellationToken cancellationToken)
    {
        var history = HistoryCodec.ToRow([HistoryCodec.Write(
            [new ExecutionTerminatedEvent(-1, output), new ExecutionCompletedEvent(-1, output, OrchestrationStatus.Terminated)])]);
        var failure = new FailureDetails(
            nameof(OrchestrationStatus.Terminated), $"The orchestration '{instance.Id}' was terminated.", stackTrace: null, innerFailure: null, isNonRetriable: true);
        var report = HistoryCodec.Write(
            [new SubOrchestrationInstanceFailedEvent(-1, instance.Parent?.TaskScheduleId ?? -1, output, details: null, failure)]);
        await using var command = Command(
            "TerminateUnstarted",
            Value(instance.Id),
            Value(output),
            new NpgsqlParameter<byte[]> { TypedValue = history, NpgsqlDbType = NpgsqlDbType.Text },
            Value(maxDispatchCount),
            new NpgsqlParameter<byte[]> { TypedValue = report, NpgsqlDbType = NpgsqlDbType.Text },
            Value(sql.Channel));
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Instances that are to be terminated and that no node takes, with the outputs.</summary>
    public async Task<List<(string Id, string? Output)>> TerminationsAsync(CancellationToken cancellationToken)
    {
        await using var command = Command("Terminations", Value(maxDispatchCount));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var terminations = new List<(string Id, string? Output)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            terminations.Add((reader.GetString(0), ((ExecutionTerminatedEvent)HistoryCodec.ReadMessage(reader.GetFieldValue<byte[]>(1))).Input));
        }

        return terminations;
    }

    public async Task<StoredInstance?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var command = Command("Find", Value(id));
        var found = await ReadInstancesAsync(command, cancellationToken);
        return found.Count > 0 ? found[0] : null;
    }

    /// <summary>The state of an instance alone, which is what a waiting caller asks for again and again.</summary>
    public async Task<OrchestrationStatus?> StatusAsync(string id, CancellationToken cancellationToken)
    {
        await using var command = Command("Status", Value(id));
        return await command.ExecuteScalarAsync(cancellationToken) is short status ? (OrchestrationStatus)status : null;
    }

    /// <summary>Instances that match a filter, in order of their ids, after one of them.</summary>
    public async Task<List<StoredInstance>> QueryAsync(InstanceFilter filter, string? afterId, int limit, CancellationToken cancellationToken)
    {
        await using var command = Command(
            "Query",
            Time(filter.From),
            Time(filter.To),
            Statuses(filter),
            Value(filter.IdPrefix ?? string.Empty),
            Value(filter.IdPrefix + LastCharacter),
            Value(afterId ?? string.Empty),
            Value(limit));
        return await ReadInstancesAsync(command, cancellationToken);
    }

    /// <summary>Ids of ended instances by status and by when they ended, in order, after one of them.</summary>
    public async Task<List<string>> ListEndedAsync(InstanceFilter filter, string? afterId, int limit, CancellationToken cancellationToken)
    {
        await using var command = Command("ListEnded", Time(filter.From), Time(filter.To), Statuses(filter), Value(afterId), Value(limit));
        return await ReadIdsAsync(command, cancellationToken);
    }

    /// <summary>Ids of the sub-orchestrations of an instance, and of theirs.</summary>
    public async Task<List<string>> DescendantsAsync(string id, CancellationToken cancellationToken)
    {
        await using var command = Command("Descendants", Value(id));
        return await ReadIdsAsync(command, cancellationToken);
    }

    /// <summary>Those of an instance's sub-orchestrations that have ended.</summary>
    public async Task<List<StoredInstance>> EndedChildrenAsync(string parentId, IEnumerable<string> among, CancellationToken cancellationToken)
    {
        await using var command = Command("EndedChildren", Value(parentId), Value<string[]>([.. among]));
        return await ReadInstancesAsync(command, cancellationToken);
    }

    /// <summary>Instances that were set aside, in order of their ids, after one of them.</summary>
    public async Task<List<StoredInstance>> SetAsideAsync(string? afterId, int limit, CancellationToken cancellationToken)
    {
        await using var command = Command("SetAside", Value(maxDispatchCount), Value(afterId), Value(limit));
        return await ReadInstancesAsync(command, cancellationToken);
    }

    /// <summary>Lets a node take an instance again that was set aside.</summary>
    /// <returns>Whether it was one.</returns>
    public async Task<bool> ReleaseSetAsideAsync(string id, CancellationToken cancellationToken)
    {
        await using var command = Command("ReleaseSetAside", Value(id), Value(sql.Channel));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken);
    }

    /// <summary>Deletes ended instances, with all that they had.</summary>
    /// <returns>How many were deleted.</returns>
    public async Task<int> PurgeAsync(IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        await using var command = Command("Purge", Value<string[]>([.. ids]));
        return (int)(long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Deletes ended instances that match a filter, up to a limit.</summary>
    /// <returns>How many were deleted.</returns>
    public async Task<int> PurgeEndedAsync(
        InstanceFilter filter, OrchestrationStateTimeRangeFilterType by, int limit, CancellationToken cancellationToken)
    {
        await using var command = Command(
            "PurgeEnded",
            Time(filter.From),
            Time(filter.To),
            Statuses(filter),
            Value(limit),
            Value(by is not OrchestrationStateTimeRangeFilterType.OrchestrationCreatedTimeFilter));
        return (int)(long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Deletes messages to instances that ended before they read them.</summary>
    public async Task ClearInboxAsync(CancellationToken cancellationToken)
    {
        await using var command = Command("ClearInbox");
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private NpgsqlCommand Command(string name, params NpgsqlParameter[] parameters)
    {
        var command = dataSource.CreateCommand(sql[name]);
        command.Parameters.AddRange(parameters);
        return command;
    }

    private static NpgsqlParameter<T> Value<T>(T value) => new() { TypedValue = value };

    private static NpgsqlParameter<string?> Value(string? value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text };

    private static NpgsqlParameter<string[]?> Texts(string[]? values) =>
        new() { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    private static NpgsqlParameter<DateTime?> Time(DateTime? value) =>
        new() { TypedValue = value?.ToUniversalTime(), NpgsqlDbType = NpgsqlDbType.TimestampTz };

    private static NpgsqlParameter<short[]?> Statuses(InstanceFilter filter) => new()
    {
        TypedValue = filter.Statuses is { Count: > 0 } some ? [.. some.Select(s => (short)s)] : null,
        NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Smallint,
    };

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

    private static async Task<List<StoredInstance>> ReadInstancesAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var instances = new List<StoredInstance>();
        while (await reader.ReadAsync(cancellationToken))
        {
            instances.Add(ReadInstance(reader));
        }

        return instances;
    }

    private static StoredInstance ReadInstance(NpgsqlDataReader reader) => new()
    {
        Id = reader.GetString(0),
        RunId = reader.GetGuid(1),
        ExecutionId = reader.GetString(2),
        Name = reader.GetString(3),
        Version = reader.GetString(4),
        Status = (OrchestrationStatus)reader.GetInt16(5),
        Input = Text(reader, 6),
        Output = Text(reader, 7),
        CustomStatus = Text(reader, 8),
        Failure = Text(reader, 9),
        CreatedAt = reader.GetDateTime(10),
        UpdatedAt = reader.GetDateTime(11),
        CompletedAt = Time(reader, 12),
        StartAt = Time(reader, 13),
        Owner = reader.IsDBNull(14) ? null : reader.GetInt64(14),
        WakeAt = Time(reader, 15),
        InboxCount = reader.GetInt64(16),
        Dispatches = reader.GetInt32(17),
        Parent = Text(reader, 18) is not { } parent ? null : new ParentInstance
        {
            OrchestrationInstance = new OrchestrationInstance { InstanceId = parent, ExecutionId = Text(reader, 19) },
            Name = Text(reader, 20),
            Version = Text(reader, 21),
            TaskScheduleId = reader.GetInt32(22),
        },
        Tags = Text(reader, 23),
        Trace = Text(reader, 24),
    };

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static DateTime? Time(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetDateTime(column);

    private sealed class Creation : CommitRequest
    {
        public override long? Node => null;

        public override IThreadPoolWorkItem? OnCommitted(CommitOutcome outcome) => null;

        public override void OnFailed(Exception exception)
        {
        }
    }
}

/// <summary>A message in the inbox of an instance that a node holds.</summary>
/// <param name="Id">Its number.</param>
/// <param name="InstanceId">The receiver.</param>
/// <param name="ExecutionId">The receiver's generation that it is for; <see langword="null"/> for any.</param>
/// <param name="Event">The event.</param>
/// <param name="InboxCount">The receiver's count of messages when it was read.</param>
internal sealed record InboxMessage(long Id, string InstanceId, string? ExecutionId, HistoryEvent Event, long InboxCount);

/// <summary>Which instances a query or a purge means; what is <see langword="null"/> or empty restricts nothing.</summary>
/// <param name="From">Created (for ended instances: ended) at or after this time.</param>
/// <param name="To">Created (for ended instances: ended) at or before this time.</param>
/// <param name="Statuses">In one of these states.</param>
/// <param name="IdPrefix">With an id that begins like this.</param>
internal sealed record InstanceFilter(
    DateTime? From = null,
    DateTime? To = null,
    IReadOnlyCollection<OrchestrationStatus>? Statuses = null,
    string? IdPrefix = null);
