using Microsoft.DurableTask.Client;
using Npgsql;
using NpgsqlTypes;

namespace EmbeddedFunctions.Engine.Storage;

/// <summary>
/// Takes a failed orchestration back to just before the failures that ended it, so that only what failed runs again.
/// </summary>
/// <remarks>
/// Taken out of the history are its end and the failures after the last action that the code asked for: those are what the code was
/// told last. Failures before that action were handled, a retried attempt for example, and stay; unless one of them is the very failure
/// that ended the instance (the code cleaned up and threw it on): then all that the code did since goes too. A failed sub-orchestration
/// is taken back in the same transaction: were it to end before its parent is back, nobody would hear of it.
/// </remarks>
internal sealed class Rewinder(NpgsqlDataSource dataSource, HubStore store, string schema, string channel, EngineClock clock)
{
    /// <returns>Whether it was a failed instance and goes on.</returns>
    public async Task<bool> RewindAsync(string id, CancellationToken cancellationToken)
    {
        var plan = new List<(string Id, List<HistoryEvent> Kept)>();
        await PlanAsync(id, plan, cancellationToken);
        if (plan.Count == 0)
        {
            return false;
        }

        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        for (var n = 0; n < plan.Count; n++)
        {
            var isBack = await RewriteAsync(connection, transaction, plan[n].Id, plan[n].Kept, cancellationToken);
            if (!isBack && n == 0)
            {
                return false;
            }
        }

        await using (var notify = new NpgsqlCommand("select pg_notify($1, 'r')", connection, transaction))
        {
            notify.Parameters.Add(new NpgsqlParameter<string> { TypedValue = channel });
            await notify.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>What is kept of the history of an instance, and then of its failed sub-orchestrations.</summary>
    private async Task PlanAsync(string id, List<(string Id, List<HistoryEvent> Kept)> plan, CancellationToken cancellationToken)
    {
        var histories = await store.LoadHistoriesAsync([id], cancellationToken);
        var history = histories.GetValueOrDefault(id) ?? [];
        if (history is not [.., { Type: HistoryEventType.Completed, Name: nameof(OrchestrationRuntimeStatus.Failed) }])
        {
            // A sub-orchestration that has been rewound on its own, say: it stays what it has become.
            return;
        }

        // The timer that ends the attempts of a retry policy belongs to the last one's failure and goes with it.
        var ends = history.Where(e => e.IsTimerOfNoLength).Select(e => e.TaskId).ToHashSet();
        var from = CauseOf(history) is { } cause ? cause : history.FindLastIndex(IsStep) + 1;
        var cleanedUp = history.FindIndex(from, IsStep) >= 0;
        var kept = history
            .Where((e, index) => e.Type is not HistoryEventType.Completed
                && (index < from || (cleanedUp ? e.Type is HistoryEventType.EventRaised : !IsFailure(e) && !IsOf(ends, e))))
            .ToList();
        plan.Add((id, kept));
        foreach (var failed in history.Skip(from).Where(e => e.Type is HistoryEventType.SubOrchestrationFailed))
        {
            var child = history.Find(e => e.Type is HistoryEventType.SubOrchestrationCreated && e.TaskId == failed.TaskId);
            if (child?.Reference is { } childId)
            {
                await PlanAsync(childId, plan, cancellationToken);
            }
        }
    }

    /// <summary>Where in the history stands the failure that, thrown on, ended the instance after further actions.</summary>
    private static int? CauseOf(List<HistoryEvent> history)
    {
        if (history is not [.., { Type: HistoryEventType.Completed } end] || FailureCodec.Read(end.Data).InnerFailure is not { } cause)
        {
            return null;
        }

        var index = history.FindLastIndex(e => IsFailure(e) && FailureCodec.Read(e.Data) is var failure
            && string.Equals(failure.ErrorType, cause.ErrorType, StringComparison.Ordinal)
            && string.Equals(failure.ErrorMessage, cause.ErrorMessage, StringComparison.Ordinal));
        return index >= 0 && history.FindIndex(index, IsStep) >= 0 ? index : null;
    }

    private static bool IsStep(HistoryEvent e) => e.IsAction && !e.IsTimerOfNoLength;

    private static bool IsOf(HashSet<int> timers, HistoryEvent e) =>
        e.Type is HistoryEventType.TimerCreated or HistoryEventType.TimerFired && timers.Contains(e.TaskId);

    private static bool IsFailure(HistoryEvent e) =>
        e.Type is HistoryEventType.TaskFailed or HistoryEventType.SubOrchestrationFailed;

    private async Task<bool> RewriteAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string id, List<HistoryEvent> history, CancellationToken cancellationToken)
    {
        await using (var revive = new NpgsqlCommand(
            $"""
            update {schema}.instances
            set status = 0, output = null, failure = null, completed_at = null, updated_at = $2, wake_at = $2, delivered_to = 0
            where id = $1 and status = 3
            """,
            connection,
            transaction))
        {
            revive.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
            revive.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = clock.UtcNow, NpgsqlDbType = NpgsqlDbType.TimestampTz });
            if (await revive.ExecuteNonQueryAsync(cancellationToken) == 0)
            {
                return false;
            }
        }

        await using (var clear = new NpgsqlCommand($"delete from {schema}.history where instance_id = $1", connection, transaction))
        {
            clear.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
            await clear.ExecuteNonQueryAsync(cancellationToken);
        }

        if (history.Count == 0)
        {
            return true;
        }

        await using var insert = new NpgsqlCommand($"insert into {schema}.history (instance_id, seq, events) values ($1, 0, $2)", connection, transaction);
        insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
        insert.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = HistoryCodec.Write(history), NpgsqlDbType = NpgsqlDbType.Text });
        await insert.ExecuteNonQueryAsync(cancellationToken);
        return true;
    }
}
