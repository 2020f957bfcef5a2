using Atelier.Campaigns.Control;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.EntityFrameworkCore;

namespace Atelier.Operations.Retention;

/// <summary>
/// Deletes what is older than the retention: campaigns with all that belongs to them, orchestrations' histories, deliveries. Checks too that the
/// images of recent campaigns are still stored.
/// </summary>
/// <remarks>In batches and for a minute at most: the next run continues.</remarks>
public sealed class ApplyRetention(
    AtelierDbContext db,
    CampaignEraser eraser,
    LostImages lostImages,
    RetentionOptions options,
    TimeProvider timeProvider,
    ILogger<ApplyRetention> logger)
{
    private const string EveryFiveMinutes = "30 */5 * * * *";
    private const int CampaignBatch = 50;
    private const int DeliveryBatch = 1000;
    private const int HistoryPage = 100;
    private const int MaxHistories = 1000;

    private static readonly TimeSpan Budget = TimeSpan.FromMinutes(1);

    // Two runs of the timer. A storage that dies loses what it was given last.
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(10);

    private static readonly OrchestrationRuntimeStatus[] Ended =
        [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated];

    /// <summary>Deletes what is older than the retention, and checks the images of recent campaigns.</summary>
    [Function(nameof(ApplyRetention))]
    public async Task RunAsync(
        [TimerTrigger(EveryFiveMinutes)] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        var start = timeProvider.GetTimestamp();
        // A process whose clock is fast must not delete what is young.
        var now = await db.Database.SqlQuery<DateTimeOffset>($"SELECT now() AS \"Value\"").SingleAsync(cancellationToken);
        var erasures = await RepeatAsync(start, CampaignBatch, () => eraser.FinishAsync(client, CampaignBatch, cancellationToken));
        var campaigns = await RepeatAsync(
            start, CampaignBatch, () => eraser.EraseOldAsync(client, now - options.Campaigns, CampaignBatch, cancellationToken));
        var deliveries = await RepeatAsync(start, DeliveryBatch, () => DeleteDeliveriesAsync(now - options.History, cancellationToken));
        var histories = await PurgeHistoriesAsync(client, now - options.History, start, cancellationToken);
        await lostImages.CheckAsync(now - Recent, () => timeProvider.GetElapsedTime(start) < Budget, cancellationToken);
        if (campaigns + deliveries + histories + erasures > 0)
        {
            logger.LogInformation(
                "Retention deleted {Campaigns} campaigns, {Deliveries} deliveries and {Histories} histories, and finished {Erasures} deletions.",
                campaigns, deliveries, histories, erasures);
        }
    }

    private async Task<int> RepeatAsync(long start, int batch, Func<Task<int>> step)
    {
        var total = 0;
        int count;
        do
        {
            count = await step();
            total += count;
        }
        while (count == batch && timeProvider.GetElapsedTime(start) < Budget);
        return total;
    }

    private Task<int> DeleteDeliveriesAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        db.WebhookDeliveries
            .Where(delivery => db.WebhookDeliveries
                .Where(old => old.Status == DeliveryStatus.Delivered && old.CompletedAt < before)
                .OrderBy(old => old.CompletedAt)
                .Take(DeliveryBatch)
                .Any(old => old.Id == delivery.Id))
            .ExecuteDeleteAsync(cancellationToken);

    // One by one rather than by filter: a purge by filter does not end before all is purged, however long that takes.
    private async Task<int> PurgeHistoriesAsync(
        DurableTaskClient client, DateTimeOffset before, long start, CancellationToken cancellationToken)
    {
        var old = new List<string>();
        var query = new OrchestrationQuery { CreatedTo = before, Statuses = Ended, PageSize = HistoryPage };
        await foreach (var instance in client.GetAllInstancesAsync(query).WithCancellation(cancellationToken))
        {
            old.Add(instance.InstanceId);
            if (old.Count == MaxHistories)
                break;
        }
        var purged = 0;
        foreach (var instanceId in old)
        {
            if (timeProvider.GetElapsedTime(start) >= Budget)
                break;
            await client.PurgeInstanceAsync(instanceId, cancellationToken);
            purged++;
        }
        return purged;
    }
}
