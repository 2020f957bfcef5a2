using Atelier.Access;
using Atelier.Campaigns.Workflow;
using Atelier.Images;
using Microsoft.DurableTask.Client;
using Npgsql;

namespace Atelier.Campaigns.Control;

/// <summary>Deletes campaigns with all that belongs to them: rows, events, deliveries, dead letters, images, orchestrations.</summary>
/// <remarks>
/// The rows go at once and leave a note of what is left to erase; the note goes last. So nothing is forgotten when the process dies
/// in between, and what a call in flight stores after the deletion is erased by the second look that the retention timer takes.
/// </remarks>
public sealed class CampaignEraser(NpgsqlDataSource dataSource, IImageStore images, ILogger<CampaignEraser> logger)
{
    // No call to a provider takes longer.
    private const string SecondLook = "now() + interval '15 minutes'";

    private const string Rows =
        $"""
        , events AS (DELETE FROM campaign_events WHERE campaign_id IN (SELECT id FROM gone))
        , deliveries AS (DELETE FROM webhook_deliveries WHERE campaign_id IN (SELECT id FROM gone))
        , letters AS (DELETE FROM dead_letters WHERE campaign_id IN (SELECT id FROM gone))
        INSERT INTO campaign_erasures (campaign_id, last_run, due_at) SELECT id, run, {SecondLook} FROM gone
        ON CONFLICT (campaign_id) DO UPDATE SET due_at = excluded.due_at
        RETURNING campaign_id, last_run
        """;

    /// <summary>Deletes a campaign of the caller that has ended.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> TryEraseAsync(DurableTaskClient client, Caller caller, Guid id, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand(
            $"""
            WITH gone AS (
                DELETE FROM campaigns WHERE id = $1 AND user_id = $2 AND status IN ('COMPLETE', 'FAILED', 'CANCELED') RETURNING id, run)
            {Rows}
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = caller.UserId });
        List<Erasure> erased = await ReadAsync(command, cancellationToken);
        if (erased.Count == 0)
            return false;
        // From here on the caller's leaving changes nothing.
        await EraseRestAsync(client, erased, CancellationToken.None);
        return true;
    }

    /// <summary>Deletes campaigns of whomever that ended before a time, the oldest first.</summary>
    /// <returns>How many.</returns>
    public async Task<int> EraseOldAsync(DurableTaskClient client, DateTimeOffset before, int limit, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand(
            $"""
            WITH gone AS (
                DELETE FROM campaigns WHERE id IN (
                    SELECT id FROM campaigns WHERE completed_at < $1 ORDER BY completed_at LIMIT $2 FOR UPDATE SKIP LOCKED)
                RETURNING id, run)
            {Rows}
            """);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = before });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        List<Erasure> erased = await ReadAsync(command, cancellationToken);
        await EraseRestAsync(client, erased, cancellationToken);
        return erased.Count;
    }

    /// <summary>Takes the second look at what was deleted some time ago, and forgets it then.</summary>
    /// <returns>How many were due.</returns>
    public async Task<int> FinishAsync(DurableTaskClient client, int limit, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand due = dataSource.CreateCommand(
            "SELECT campaign_id, last_run FROM campaign_erasures WHERE due_at < now() ORDER BY due_at LIMIT $1");
        due.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        List<Erasure> erasures = await ReadAsync(due, cancellationToken);
        Guid[] finished = await EraseRestAsync(client, erasures, cancellationToken);
        await using NpgsqlCommand forget = dataSource.CreateCommand("DELETE FROM campaign_erasures WHERE campaign_id = ANY ($1)");
        forget.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = finished });
        await forget.ExecuteNonQueryAsync(cancellationToken);
        return finished.Length;
    }

    private async Task<Guid[]> EraseRestAsync(DurableTaskClient client, List<Erasure> erasures, CancellationToken cancellationToken)
    {
        var finished = new List<Guid>();
        foreach (Erasure erasure in erasures)
        {
            try
            {
                for (int run = 0; run <= erasure.LastRun; run++)
                    await client.PurgeInstanceAsync(CampaignScheduler.InstanceIdOf(erasure.CampaignId, run), cancellationToken);
                await images.DeleteAllAsync($"{erasure.CampaignId:D}/", cancellationToken);
                finished.Add(erasure.CampaignId);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                logger.LogWarning(exception, "What is left of campaign {CampaignId} cannot be erased now; it will be later.", erasure.CampaignId);
            }
        }
        return [.. finished];
    }

    private static async Task<List<Erasure>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using NpgsqlDataReader row = await command.ExecuteReaderAsync(cancellationToken);
        var erasures = new List<Erasure>();
        while (await row.ReadAsync(cancellationToken))
            erasures.Add(new Erasure(row.GetGuid(0), row.GetInt32(1)));
        return erasures;
    }

    private sealed record Erasure(Guid CampaignId, int LastRun);
}
