using Atelier.Campaigns.Control;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.EntityFrameworkCore;

namespace Atelier.Operations.Retention;

/// <summary>
/// Deletes what is older than the retention: campaigns with all that belongs to them, orchestrations' histories, deliveries, shares that have expired. Checks too that the
/// images of recent campaigns are still stored.
/// </summary>
/// <remarks>In batches, each kind for a time of its own, so that much of one does not keep the others from being deleted. The next run continues.</remarks>
public sealed class ApplyRetention(
    AtelierDbContext db,
    CampaignEraser eraser,
    LostImages lostImages,
    RetentionOptions options,
    TimeProvider timeProvider,
    ILogger<ApplyRetention> logger)
{
    private const string EveryFiveMinutes = "30 */5 * * * *";
    private const int CampaignBatch = 200;
    private const int DeliveryBatch = 1000;
    private const int HistoryBatch = 200;
    private const int ShareBatch = 1000;

    // Together less than the five minutes between two runs.
    private static readonly TimeSpan ForCampaigns = TimeSpan.FromSeconds(150);
    private static readonly TimeSpan ForOthers = TimeSpan.FromSeconds(30);

    // Few of the process's connections, so that requests find one.
    private static readonly ParallelOptions Few = new() { MaxDegreeOfParallelism = 8 };

    // Two runs of the timer. A storage that dies loses what it was given last.
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(10);

    private static readonly OrchestrationRuntimeStatus[] Ended =
        [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated];

    /// <summary>Deletes what is older than the retention, and checks the images of recent campaigns.</summary>
    [Function(nameof(ApplyRetention))]
    public async Task RunAsync(
        [TimerTrigger(EveryFiveMinutes)] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        // A process whose clock is fast must not delete what is young.
        var now = await db.Database.SqlQuery<DateTimeOffset>($"SELECT now() AS \"Value\"").SingleAsync(cancellationToken);
        await lostImages.CheckAsync(now - Recent, Within(ForOthers), cancellationToken);
        var deliveries = await RepeatAsync(ForOthers, DeliveryBatch, () => DeleteDeliveriesAsync(now - options.History, cancellationToken));
        var histories = await RepeatAsync(ForOthers, HistoryBatch, () => PurgeHistoriesAsync(client, now - options.History, cancellationToken));
        var shares = await RepeatAsync(ForOthers, ShareBatch, () => DeleteSharesAsync(now, cancellationToken));
        var erasures = await RepeatAsync(ForOthers, CampaignBatch, () => eraser.FinishAsync(client, CampaignBatch, cancellationToken));
        var campaigns = await RepeatAsync(
            ForCampaigns, CampaignBatch, () => eraser.EraseOldAsync(client, now - options.Campaigns, CampaignBatch, cancellationToken));
        if (campaigns + deliveries + histories + shares + erasures > 0)
        {
            logger.LogInformation(
                "Retention deleted {Campaigns} campaigns, {Deliveries} deliveries, {Histories} histories and {Shares} shares, and finished {Erasures} deletions.",
                campaigns, deliveries, histories, shares, erasures);
        }
    }

    private async Task<int> RepeatAsync(TimeSpan time, int batch, Func<Task<int>> step)
    {
        var isInTime = Within(time);
        var total = 0;
        int count;
        do
        {
            count = await step();
            total += count;
        }
        while (count == batch && isInTime());
        return total;
    }

    private Func<bool> Within(TimeSpan time)
    {
        var start = timeProvider.GetTimestamp();
        return () => timeProvider.GetElapsedTime(start) < time;
    }

    private Task<int> DeleteDeliveriesAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        db.WebhookDeliveries
            .Where(delivery => db.WebhookDeliveries
                .Where(old => old.Status == DeliveryStatus.Delivered && old.CompletedAt < before)
                .OrderBy(old => old.CompletedAt)
                .Take(DeliveryBatch)
                .Any(old => old.Id == delivery.Id))
            .ExecuteDeleteAsync(cancellationToken);

    private Task<int> DeleteSharesAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        db.Shares
            .Where(share => db.Shares.Where(old => old.ExpiresAt < before).OrderBy(old => old.ExpiresAt).Take(ShareBatch).Any(old => old.Id == share.Id))
            .ExecuteDeleteAsync(cancellationToken);

    // One by one rather than by filter: a purge by filter does not end before all is purged, however long that takes.
    private static async Task<int> PurgeHistoriesAsync(DurableTaskClient client, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var query = new OrchestrationQuery { CreatedTo = before, Statuses = Ended, PageSize = HistoryBatch };
        var old = await client.GetAllInstancesAsync(query).Take(HistoryBatch).Select(instance => instance.InstanceId).ToListAsync(cancellationToken);
        await Parallel.ForEachAsync(old, Few, async (instanceId, _) => await client.PurgeInstanceAsync(instanceId, cancellationToken));
        return old.Count;
    }
}
