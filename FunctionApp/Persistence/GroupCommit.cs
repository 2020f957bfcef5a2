using System.Data;
using Npgsql;

namespace Atelier.Persistence;

/// <summary>
/// Commits statements in groups: those that arrive while a commit is under way go into the next one together, in the order in which they came. Each
/// caller waits for the commit of its own statement.
/// </summary>
/// <remarks>
/// A statement must neither wait for another transaction's locks nor run long: the others of its group would wait with it. If a group fails because of
/// one of its statements, each is committed alone, so that only that one fails.
/// </remarks>
public sealed class GroupCommit(NpgsqlDataSource dataSource)
{
    private const int MaxGroup = 64;

    private readonly Lock _gate = new();
    private readonly Queue<Entry> _waiting = [];
    private bool _isCommitting;

    /// <summary>Executes a statement and commits it.</summary>
    /// <param name="statement">The statement. It must not be executed elsewhere.</param>
    /// <param name="read">Reads the row that the statement returned.</param>
    /// <param name="cancellationToken">Ends the wait; the statement may be committed all the same.</param>
    /// <returns>What was read; <see langword="default"/> where there was no row.</returns>
    public Task<T?> ExecuteAsync<T>(NpgsqlBatchCommand statement, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var entry = new Entry<T>(statement, read);
        bool isFirst;
        lock (_gate)
        {
            _waiting.Enqueue(entry);
            isFirst = !_isCommitting;
            _isCommitting = true;
        }
        if (isFirst)
        {
            // It commits for others, too: it belongs to no caller's trace or log scope.
            using var flow = ExecutionContext.SuppressFlow();
            _ = Task.Run(CommitAllAsync, CancellationToken.None);
        }
        return entry.Result.WaitAsync(cancellationToken);
    }

    private async Task CommitAllAsync()
    {
        var group = new List<Entry>();
        while (true)
        {
            group.Clear();
            lock (_gate)
            {
                while (group.Count < MaxGroup && _waiting.TryDequeue(out var entry))
                    group.Add(entry);
                if (group.Count == 0)
                {
                    _isCommitting = false;
                    return;
                }
            }
            await CommitAsync(group);
        }
    }

    private async Task CommitAsync(List<Entry> group)
    {
        try
        {
            await using var connection = await dataSource.OpenConnectionAsync();
            try
            {
                await CommitAsync(connection, group);
            }
            catch (PostgresException) when (group.Count > 1 && connection.State == ConnectionState.Open)
            {
                foreach (var entry in group)
                    await CommitAloneAsync(connection, entry);
            }
        }
        catch (Exception exception)
        {
            foreach (var entry in group)
                Fail(entry, exception);
        }
    }

    private async Task CommitAloneAsync(NpgsqlConnection connection, Entry entry)
    {
        try
        {
            await CommitAsync(connection, [entry]);
        }
        catch (PostgresException exception) when (connection.State == ConnectionState.Open)
        {
            Fail(entry, exception);
        }
    }

    private void Fail(Entry entry, Exception exception)
    {
        ReadOnlySessions.Check(dataSource, exception);
        entry.Fail(exception);
    }

    // The statements of a batch are one transaction. What they return is passed on only after the commit.
    private static async Task CommitAsync(NpgsqlConnection connection, List<Entry> group)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var entry in group)
            batch.BatchCommands.Add(entry.Statement);
        await using (var row = await batch.ExecuteReaderAsync())
        {
            foreach (var entry in group)
            {
                await entry.ReadAsync(row);
                await row.NextResultAsync();
            }
        }
        batch.BatchCommands.Clear();
        foreach (var entry in group)
            entry.Succeed();
    }

    private abstract class Entry(NpgsqlBatchCommand statement)
    {
        public NpgsqlBatchCommand Statement { get; } = statement;

        public abstract Task ReadAsync(NpgsqlDataReader row);

        public abstract void Succeed();

        public abstract void Fail(Exception exception);
    }

    private sealed class Entry<T>(NpgsqlBatchCommand statement, Func<NpgsqlDataReader, T> read) : Entry(statement)
    {
        private readonly TaskCompletionSource<T?> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _value;

        public Task<T?> Result => _result.Task;

        public override async Task ReadAsync(NpgsqlDataReader row) => _value = await row.ReadAsync() ? read(row) : default;

        public override void Succeed() => _result.TrySetResult(_value);

        public override void Fail(Exception exception) => _result.TrySetException(exception);
    }
}
