using Microsoft.DurableTask.Client;
using Npgsql;
using NpgsqlTypes;

namespace EmbeddedFunctions.Engine.Storage;

/// <summary>One group commit: the requests of many instances as a few statements in one round trip and one transaction.</summary>
internal sealed class CommitBatch(CommitSql sql, string channel, long nodeId, long number, DateTime now)
{
    private readonly List<Columns> _tables = [];
    private Columns? _startedColumns;
    private Action<InstanceRecord>? _addStarted;
    private Columns? _instanceColumns;
    private Action<InstanceRecord>? _addInstance;
    private Columns? _historyColumns;
    private Action<CommitRequest>? _addEvents;
    private Columns? _updateColumns;
    private Action<string, InstanceUpdate>? _addUpdate;
    private Columns? _renewalColumns;
    private Action<string, InstanceRenewal>? _addRenewal;
    private Columns? _releaseColumns;
    private Action<string, InstanceRelease>? _addRelease;
    private Columns? _inboxColumns;
    private Action<InboxMessage>? _addMessage;
    private List<string?>? _truncated;
    private List<long>? _consumed;
    private List<string?>? _purged;
    private bool _workWaits;

    public List<Guid> NewExecutions { get; } = [];

    public List<string> Releases { get; } = [];

    public void Add(CommitRequest request)
    {
        foreach (var instance in request.NewInstances ?? [])
        {
            NewExecutions.Add(instance.ExecutionId);
            _workWaits |= instance.Owner is null && instance.WakeAt <= now;
            if (IsStarted(instance))
            {
                (_addStarted ??= StartedAdder())(instance);
            }
            else
            {
                (_addInstance ??= InstanceAdder())(instance);
            }
        }

        if (request.Renewal is { } renewal)
        {
            (_truncated ??= []).Add(request.InstanceId);
            (_addRenewal ??= RenewalAdder())(request.InstanceId, renewal);
        }

        if (request.SealedEvents is not null)
        {
            (_addEvents ??= EventsAdder())(request);
        }

        if (request.Update is { } update)
        {
            (_addUpdate ??= UpdateAdder())(request.InstanceId, update);
        }

        foreach (var message in request.Outgoing ?? [])
        {
            (_addMessage ??= MessageAdder())(message);
        }

        if (request.ConsumedInbox is { Count: > 0 } consumed)
        {
            (_consumed ??= []).AddRange(consumed);
        }

        if (request.Release is { } release)
        {
            Releases.Add(request.InstanceId);
            (_addRelease ??= ReleaseAdder())(request.InstanceId, release);
        }

        if (request.Purge)
        {
            (_purged ??= []).Add(request.InstanceId);
        }
    }

    /// <summary>Runs it. A failure of any statement leaves nothing behind.</summary>
    public async Task<CommitOutcome> ExecuteAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(sql.Fence)
        {
            Parameters = { new NpgsqlParameter<long> { TypedValue = nodeId }, new NpgsqlParameter<long> { TypedValue = number } },
        });

        if (_startedColumns is not null)
        {
            var command = _startedColumns.ToCommand(sql.InsertStarted);
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = nodeId });
            batch.BatchCommands.Add(command);
        }

        Append(batch, _instanceColumns, sql.InsertInstances);
        if (_truncated is not null)
        {
            batch.BatchCommands.Add(Taking(sql.DeleteHistory, _truncated, NpgsqlDbType.Text));
        }

        Append(batch, _renewalColumns, sql.RenewInstances);
        Append(batch, _historyColumns, sql.InsertHistory);
        Append(batch, _updateColumns, sql.UpdateInstances);
        if (_inboxColumns is not null)
        {
            var command = _inboxColumns.ToCommand(sql.InsertInbox);
            command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = now, NpgsqlDbType = NpgsqlDbType.TimestampTz });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = channel });
            batch.BatchCommands.Add(command);
        }

        if (_consumed is not null)
        {
            batch.BatchCommands.Add(Taking(sql.DeleteInbox, _consumed, NpgsqlDbType.Bigint));
        }

        Append(batch, _releaseColumns, sql.ReleaseInstances);
        if (_purged is not null)
        {
            batch.BatchCommands.Add(Taking(sql.Purge, _purged, NpgsqlDbType.Text));
        }

        if (_workWaits)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(sql.AnnounceWork)
            {
                Parameters = { new NpgsqlParameter<string> { TypedValue = channel } },
            });
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var outcome = await ReadOutcomeAsync(reader, cancellationToken).ConfigureAwait(false);
        _tables.ForEach(static columns => columns.Clear());
        return outcome;
    }

    /// <remarks>
    /// Result sets are told apart by their one column, since statements without rows yield none. All are read to the end, which is what shows a
    /// failure of a later statement.
    /// </remarks>
    private async Task<CommitOutcome> ReadOutcomeAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        if (NewExecutions.Count == 0 && Releases.Count == 0)
        {
            while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false))
            {
            }

            return CommitOutcome.Nothing;
        }

        var created = new HashSet<Guid>();
        var released = new HashSet<string>(StringComparer.Ordinal);
        do
        {
            var column = reader.FieldCount > 0 ? reader.GetName(0) : null;
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                if (string.Equals(column, "execution_id", StringComparison.Ordinal))
                {
                    created.Add(reader.GetGuid(0));
                }
                else if (string.Equals(column, "id", StringComparison.Ordinal))
                {
                    released.Add(reader.GetString(0));
                }
            }
        }
        while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false));

        return new CommitOutcome(created, released);
    }

    private Columns NewTable()
    {
        var columns = new Columns();
        _tables.Add(columns);
        return columns;
    }

    private bool IsStarted(InstanceRecord instance) => instance.Owner == nodeId && instance.StartedAt == instance.CreatedAt
        && instance is { Status: OrchestrationRuntimeStatus.Running, StartAt: null, WakeAt: null, ParentId: null, Tags: null };

    private static void Append(NpgsqlBatch batch, Columns? columns, RowsStatement statement)
    {
        if (columns is not null)
        {
            batch.BatchCommands.Add(columns.ToCommand(statement));
        }
    }

    private static NpgsqlBatchCommand Taking<T>(string statement, List<T> values, NpgsqlDbType type) =>
        new(statement) { Parameters = { new NpgsqlParameter<List<T>> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type } } };

    private Action<InstanceRecord> StartedAdder()
    {
        var c = _startedColumns = NewTable();
        List<string?> id = c.Text();
        List<Guid> execution = c.Uuid();
        List<string?> name = c.Text(), version = c.Text(), input = c.Text();
        List<DateTime> at = c.Time();
        List<string?> traceParent = c.Text();
        return i =>
        {
            id.Add(i.Id);
            execution.Add(i.ExecutionId);
            name.Add(i.Name);
            version.Add(i.Version);
            input.Add(i.Input);
            at.Add(i.CreatedAt);
            traceParent.Add(i.TraceParent);
        };
    }

    private Action<InstanceRecord> InstanceAdder()
    {
        var c = _instanceColumns = NewTable();
        List<string?> id = c.Text();
        List<Guid> execution = c.Uuid();
        List<string?> name = c.Text(), version = c.Text();
        List<short> status = c.SmallInteger();
        List<string?> input = c.Text();
        List<DateTime> created = c.Time(), updated = c.Time();
        List<DateTime?> started = c.NullableTime(), startAt = c.NullableTime();
        List<long?> owner = c.NullableBigInteger();
        List<DateTime?> wakeAt = c.NullableTime();
        List<string?> parentId = c.Text(), parentName = c.Text();
        List<int?> parentTask = c.NullableInteger();
        List<string?> tags = c.Text(), traceParent = c.Text();
        return i =>
        {
            id.Add(i.Id);
            execution.Add(i.ExecutionId);
            name.Add(i.Name);
            version.Add(i.Version);
            status.Add((short)i.Status);
            input.Add(i.Input);
            created.Add(i.CreatedAt);
            updated.Add(i.CreatedAt);
            started.Add(i.StartedAt);
            startAt.Add(i.StartAt);
            owner.Add(i.Owner);
            wakeAt.Add(i.WakeAt);
            parentId.Add(i.ParentId);
            parentName.Add(i.ParentName);
            parentTask.Add(i.ParentTaskId);
            tags.Add(i.Tags);
            traceParent.Add(i.TraceParent);
        };
    }

    private Action<CommitRequest> EventsAdder()
    {
        var c = _historyColumns = NewTable();
        List<string?> id = c.Text();
        List<int> seq = c.Integer();
        List<byte[]?> events = c.Utf8Text();
        return r =>
        {
            id.Add(r.InstanceId);
            seq.Add(r.FirstSequence);
            events.Add(r.SealedEvents);
        };
    }

    private Action<string, InstanceUpdate> UpdateAdder()
    {
        var c = _updateColumns = NewTable();
        List<string?> id = c.Text();
        List<short> status = c.SmallInteger();
        List<string?> output = c.Text(), customStatus = c.Text(), failure = c.Text();
        List<DateTime> at = c.Time();
        List<bool> ended = c.Boolean();
        return (instanceId, u) =>
        {
            id.Add(instanceId);
            status.Add((short)u.Status);
            output.Add(u.Output);
            customStatus.Add(u.CustomStatus);
            failure.Add(u.Failure);
            at.Add(u.At);
            ended.Add(u.Ended);
        };
    }

    private Action<string, InstanceRenewal> RenewalAdder()
    {
        var c = _renewalColumns = NewTable();
        List<string?> id = c.Text(), input = c.Text(), version = c.Text();
        List<DateTime> started = c.Time();
        List<int> carried = c.Integer();
        return (instanceId, r) =>
        {
            id.Add(instanceId);
            input.Add(r.Input);
            version.Add(r.Version);
            started.Add(r.StartedAt);
            carried.Add(r.Carried);
        };
    }

    private Action<string, InstanceRelease> ReleaseAdder()
    {
        var c = _releaseColumns = NewTable();
        List<string?> id = c.Text();
        List<DateTime?> wakeAt = c.NullableTime();
        List<long> mail = c.BigInteger();
        List<int> delivered = c.Integer();
        return (instanceId, r) =>
        {
            id.Add(instanceId);
            wakeAt.Add(r.WakeAt);
            mail.Add(r.Mail);
            delivered.Add(r.DeliveredTo);
        };
    }

    private Action<InboxMessage> MessageAdder()
    {
        var c = _inboxColumns = NewTable();
        List<string?> id = c.Text();
        List<short> kind = c.SmallInteger();
        List<string?> name = c.Text(), data = c.Text();
        List<int> task = c.Integer();
        return m =>
        {
            id.Add(m.InstanceId);
            kind.Add((short)m.Kind);
            name.Add(m.Name);
            data.Add(m.Data);
            task.Add(m.TaskId);
        };
    }
}
