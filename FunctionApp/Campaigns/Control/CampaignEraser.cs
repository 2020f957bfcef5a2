using System.Collections.Concurrent;
using Atelier.Access;
using Atelier.Images;
using Microsoft.DurableTask.Client;
using Npgsql;

namespace Atelier.Campaigns.Control;

/// <summary>Deletes campaigns with all that belongs to them: rows, events, deliveries, dead letters, images, orchestrations.</summary>
/// <remarks>
/// The rows are deleted first, in one transaction that also records what is still to be erased; that record is deleted last. So nothing is
/// left behind when the process dies in between. What a call in flight stores after the deletion is erased by the retention timer's second pass.
/// </remarks>
public sealed class CampaignEraser(NpgsqlDataSource dataSource, IImageStore images, ILogger<CampaignEraser> logger)
{
    // No call to a provider takes longer.
    private const string SecondLook = "now() + interval '15 minutes'";

    // Few of the process's connections, so that requests find one.
    private static readonly ParallelOptions Few = new() { MaxDegreeOfParallelism = 8 };

    private const string Rows =
        $"""
        , events AS (DELETE FROM campaign_events WHERE campaign_id IN (SELECT id FROM gone))
        , deliveries AS (DELETE FROM webhook_deliveries WHERE campaign_id IN (SELECT id FROM gone))
        , letters AS (DELETE FROM dead_letters WHERE campaign_id IN (SELECT id FROM gone))
        INSERT INTO campaign_erasures (campaign_id, due_at) SELECT id, {SecondLook} FROM gone
        ON CONFLICT (campaign_id) DO UPDATE SET due_at = excluded.due_at
        RETURNING campaign_id
        """;

    /// <summary>Deletes those of some campaigns that are the caller's and have ended.</summary>
    /// <returns>Which.</returns>
    public async Task<IReadOnlyList<Guid>> EraseAsync(DurableTaskClient client, Caller caller, Guid[] ids, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            WITH gone AS (
                DELETE FROM campaigns
                WHERE id = ANY ($1) AND user_id = $2 AND status IN ('COMPLETE', 'FAILED', 'CANCELED') AND regenerating = 0
                RETURNING id)
            {Rows}
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = caller.UserId });
        var erased = await ReadAsync(command, cancellationToken);
        // The rows are deleted: from here on the caller's token no longer counts.
        await EraseRestAsync(client, erased, CancellationToken.None);
        return erased;
    }

    /// <summary>Deletes campaigns of all callers that ended before a time, the oldest first.</summary>
    /// <returns>How many.</returns>
    public async Task<int> EraseOldAsync(DurableTaskClient client, DateTimeOffset before, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            WITH gone AS (
                DELETE FROM campaigns WHERE id IN (
                    SELECT id FROM campaigns WHERE completed_at < $1 AND regenerating = 0 ORDER BY completed_at LIMIT $2 FOR UPDATE SKIP LOCKED)
                RETURNING id)
            {Rows}
            """);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = before });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        var erased = await ReadAsync(command, cancellationToken);
        // Their calls have ended long ago: there is no need for a second look.
        await ForgetAsync(await EraseRestAsync(client, erased, cancellationToken), cancellationToken);
        return erased.Count;
    }

    /// <summary>Erases what may have been stored after earlier deletions, and removes their records.</summary>
    /// <returns>How many were due.</returns>
    public async Task<int> FinishAsync(DurableTaskClient client, int limit, CancellationToken cancellationToken)
    {
        await using var due = dataSource.CreateCommand(
            "SELECT campaign_id FROM campaign_erasures WHERE due_at < now() ORDER BY due_at LIMIT $1");
        due.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        var erasures = await ReadAsync(due, cancellationToken);
        var finished = await EraseRestAsync(client, erasures, cancellationToken);
        await ForgetAsync(finished, cancellationToken);
        return finished.Length;
    }

    private async Task ForgetAsync(Guid[] finished, CancellationToken cancellationToken)
    {
        await using var forget = dataSource.CreateCommand("DELETE FROM campaign_erasures WHERE campaign_id = ANY ($1)");
        forget.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = finished });
        await forget.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<Guid[]> EraseRestAsync(DurableTaskClient client, List<Guid> campaignIds, CancellationToken cancellationToken)
    {
        var finished = new ConcurrentBag<Guid>();
        await Parallel.ForEachAsync(campaignIds, Few, async (id, _) =>
        {
            try
            {
                await PurgeAsync(client, id, cancellationToken);
                await images.DeleteAllAsync($"{id:D}/", cancellationToken);
                finished.Add(id);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                logger.LogWarning(exception, "What is left of campaign {CampaignId} cannot be erased now; the retention timer tries again.", id);
            }
        });
        return [.. finished];
    }

    // The ids of all runs, and of their sub-orchestrations, begin with the campaign's.
    private static async Task PurgeAsync(DurableTaskClient client, Guid id, CancellationToken cancellationToken)
    {
        var instanceIds = new List<string>();
        var query = new OrchestrationQuery { InstanceIdPrefix = $"{id:D}" };
        await foreach (var instance in client.GetAllInstancesAsync(query).WithCancellation(cancellationToken))
            instanceIds.Add(instance.InstanceId);
        foreach (var instanceId in instanceIds)
            await client.PurgeInstanceAsync(instanceId, cancellationToken);
    }

    private static async Task<List<Guid>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<Guid>();
        while (await row.ReadAsync(cancellationToken))
            ids.Add(row.GetGuid(0));
        return ids;
    }
}
