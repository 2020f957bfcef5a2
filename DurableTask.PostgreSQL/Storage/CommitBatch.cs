using DurableTask.Core;
using Npgsql;
using NpgsqlTypes;

namespace DurableTask.PostgreSQL.Storage;

/// <summary>One group commit: the requests of many instances as a few statements in one round trip and one transaction.</summary>
internal sealed class CommitBatch(CommitSql sql, long nodeId, long number)
{
    private readonly List<ColumnSet> _tables = [];
    private ColumnSet? _startedColumns;
    private Action<StoredInstance>? _addStarted;
    private ColumnSet? _instanceColumns;
    private Action<NewInstance>? _addInstance;
    private ColumnSet? _historyColumns;
    private Action<CommitRequest>? _addEvents;
    private ColumnSet? _updateColumns;
    private Action<string, InstanceUpdate>? _addUpdate;
    private ColumnSet? _renewalColumns;
    private Action<string, InstanceRenewal>? _addRenewal;
    private ColumnSet? _releaseColumns;
    private Action<string, InstanceRelease>? _addRelease;
    private ColumnSet? _inboxColumns;
    private Action<OutgoingMessage>? _addMessage;
    private Dictionary<string, InstanceUpdate>? _updates;
    private List<string?>? _renewed;
    private List<long>? _consumed;
    private bool _workWaits;

    public List<Guid> NewRuns { get; } = [];

    public List<string> Releases { get; } = [];

    public void Add(CommitRequest request)
    {
        foreach (var created in request.NewInstances ?? [])
        {
            NewRuns.Add(created.Instance.RunId);
            _workWaits |= created.Instance is { Owner: null, StartAt: null };
            if (IsStarted(created.Instance))
            {
                (_addStarted ??= StartedAdder())(created.Instance);
            }
            else
            {
                (_addInstance ??= InstanceAdder())(created);
            }
        }

        if (request.Renewal is { } renewal)
        {
            (_renewed ??= []).Add(request.InstanceId);
            (_addRenewal ??= RenewalAdder())(request.InstanceId, renewal);
        }

        if (request.Events is { Count: > 0 })
        {
            (_addEvents ??= EventsAdder())(request);
        }

        if (request.Update is { } update)
        {
            // An instance's later update replaces its earlier one: a statement can change a row only once.
            (_updates ??= new(StringComparer.Ordinal))[request.InstanceId] = update;
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
    }

    /// <summary>Runs it. A failure of any statement leaves nothing behind.</summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="cancellationToken">Cancels the commit.</param>
    /// <param name="isFenced">Whether it belongs to a node, and fails when that node was declared dead.</param>
    public async Task<CommitOutcome> ExecuteAsync(NpgsqlConnection connection, CancellationToken cancellationToken, bool isFenced = true)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var (id, update) in _updates ?? [])
        {
            (_addUpdate ??= UpdateAdder())(id, update);
        }

        if (isFenced && this is { _historyColumns: not null, _updateColumns: not null, _startedColumns: null, _instanceColumns: null, _renewed: null })
        {
            batch.BatchCommands.Add(Fenced(_historyColumns.ToCommand(sql.Checkpoint, _updateColumns)));
        }
        else
        {
            AppendChanges(batch, isFenced);
        }

        if (_inboxColumns is not null)
        {
            var command = _inboxColumns.ToCommand(sql.InsertInbox);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = sql.Channel });
            batch.BatchCommands.Add(command);
        }

        if (_consumed is not null)
        {
            batch.BatchCommands.Add(Taking(sql.DeleteInbox, _consumed, NpgsqlDbType.Bigint));
        }

        Append(batch, _releaseColumns, sql.ReleaseInstances);
        if (_workWaits)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(sql.AnnounceWork)
            {
                Parameters = { new NpgsqlParameter<string> { TypedValue = sql.Channel } },
            });
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var outcome = await ReadOutcomeAsync(reader, cancellationToken).ConfigureAwait(false);
        _tables.ForEach(static columns => columns.Clear());
        return outcome;
    }

    /// <summary>Instances and their history, the fence first.</summary>
    private void AppendChanges(NpgsqlBatch batch, bool isFenced)
    {
        if (_startedColumns is not null)
        {
            batch.BatchCommands.Add(Fenced(_startedColumns.ToCommand(sql.InsertStarted)));
        }
        else if (isFenced)
        {
            batch.BatchCommands.Add(Fenced(new NpgsqlBatchCommand(sql.Fence)));
        }

        Append(batch, _instanceColumns, sql.InsertInstances);
        if (_renewed is not null)
        {
            batch.BatchCommands.Add(Taking(sql.DeleteHistory, _renewed, NpgsqlDbType.Text));
        }

        Append(batch, _renewalColumns, sql.RenewInstances);
        Append(batch, _historyColumns, sql.InsertHistory);
        Append(batch, _updateColumns, sql.UpdateInstances);
    }

    private NpgsqlBatchCommand Fenced(NpgsqlBatchCommand command)
    {
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = nodeId });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = number });
        return command;
    }

    /// <remarks>
    /// Result sets are distinguished by their one column, since statements without rows yield none. All are read to the end, which is what shows a
    /// failure of a later statement.
    /// </remarks>
    private async Task<CommitOutcome> ReadOutcomeAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        if (NewRuns.Count == 0 && Releases.Count == 0)
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
                if (string.Equals(column, "run_id", StringComparison.Ordinal))
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

    private ColumnSet NewTable()
    {
        var columns = new ColumnSet();
        _tables.Add(columns);
        return columns;
    }

    private bool IsStarted(StoredInstance instance) => instance.Owner == nodeId
        && instance is { Status: OrchestrationStatus.Running, StartAt: null, Parent: null, Tags: null };

    private static void Append(NpgsqlBatch batch, ColumnSet? columns, RowsStatement statement)
    {
        if (columns is not null)
        {
            batch.BatchCommands.Add(columns.ToCommand(statement));
        }
    }

    private static NpgsqlBatchCommand Taking<T>(string statement, List<T> values, NpgsqlDbType type) =>
        new(statement) { Parameters = { new NpgsqlParameter<List<T>> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type } } };

    private Action<StoredInstance> StartedAdder()
    {
        var c = _startedColumns = NewTable();
        var id = c.Text();
        var run = c.Uuid();
        List<string?> execution = c.Text(), name = c.Text(), version = c.Text(), input = c.Text();
        var at = c.Time();
        var trace = c.Text();
        return i =>
        {
            id.Add(i.Id);
            run.Add(i.RunId);
            execution.Add(i.ExecutionId);
            name.Add(i.Name);
            version.Add(i.Version);
            input.Add(i.Input);
            at.Add(i.CreatedAt);
            trace.Add(i.Trace);
        };
    }

    private Action<NewInstance> InstanceAdder()
    {
        var c = _instanceColumns = NewTable();
        var id = c.Text();
        var run = c.Uuid();
        List<string?> execution = c.Text(), name = c.Text(), version = c.Text();
        var status = c.SmallInteger();
        var input = c.Text();
        var created = c.Time();
        var startAt = c.NullableTime();
        var owner = c.NullableBigInteger();
        var waits = c.Boolean();
        List<string?> parentId = c.Text(), parentExecution = c.Text(), parentName = c.Text(), parentVersion = c.Text();
        var parentTask = c.NullableInteger();
        List<string?> tags = c.Text(), trace = c.Text();
        var refusal = c.Utf8Text();
        return n =>
        {
            var i = n.Instance;
            id.Add(i.Id);
            run.Add(i.RunId);
            execution.Add(i.ExecutionId);
            name.Add(i.Name);
            version.Add(i.Version);
            status.Add((short)i.Status);
            input.Add(i.Input);
            created.Add(i.CreatedAt);
            startAt.Add(i.StartAt);
            owner.Add(i.Owner);
            waits.Add(i.Owner is null);
            parentId.Add(i.Parent?.OrchestrationInstance.InstanceId);
            parentExecution.Add(i.Parent?.OrchestrationInstance.ExecutionId);
            parentName.Add(i.Parent?.Name);
            parentVersion.Add(i.Parent?.Version);
            parentTask.Add(i.Parent?.TaskScheduleId);
            tags.Add(i.Tags);
            trace.Add(i.Trace);
            refusal.Add(n.Refusal);
        };
    }

    private Action<CommitRequest> EventsAdder()
    {
        var c = _historyColumns = NewTable();
        var id = c.Text();
        var seq = c.Integer();
        var events = c.Utf8Text();
        return r =>
        {
            id.Add(r.InstanceId);
            seq.Add(r.FirstSequence);
            events.Add(HistoryCodec.ToRow(r.Events!));
        };
    }

    private Action<string, InstanceUpdate> UpdateAdder()
    {
        var c = _updateColumns = NewTable();
        var id = c.Text();
        var status = c.SmallInteger();
        List<string?> output = c.Text(), customStatus = c.Text(), failure = c.Text();
        var at = c.Time();
        var ended = c.Boolean();
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
        List<string?> id = c.Text(), execution = c.Text(), input = c.Text(), version = c.Text(), tags = c.Text();
        var at = c.Time();
        return (instanceId, r) =>
        {
            id.Add(instanceId);
            execution.Add(r.ExecutionId);
            input.Add(r.Input);
            version.Add(r.Version);
            tags.Add(r.Tags);
            at.Add(r.At);
        };
    }

    private Action<string, InstanceRelease> ReleaseAdder()
    {
        var c = _releaseColumns = NewTable();
        var id = c.Text();
        var wakeIn = c.NullableNumber();
        var count = c.BigInteger();
        return (instanceId, r) =>
        {
            id.Add(instanceId);
            wakeIn.Add(r.WakeIn?.TotalSeconds);
            count.Add(r.InboxCount);
        };
    }

    private Action<OutgoingMessage> MessageAdder()
    {
        var c = _inboxColumns = NewTable();
        List<string?> id = c.Text(), execution = c.Text();
        var text = c.Utf8Text();
        var rewind = c.Boolean();
        return m =>
        {
            id.Add(m.InstanceId);
            execution.Add(m.ExecutionId);
            text.Add(m.Event);
            rewind.Add(m.IsRewind);
        };
    }
}
