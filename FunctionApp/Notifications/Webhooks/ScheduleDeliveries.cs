using Atelier.Configuration;
using Atelier.Durable;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.EntityFrameworkCore;

namespace Atelier.Notifications.Webhooks;

/// <summary>Starts the orchestrations of the deliveries that the trigger on the events has written.</summary>
public sealed class ScheduleDeliveries(
    AtelierDbContext db, WebhookOptions options, TimeProvider timeProvider, ILogger<ScheduleDeliveries> logger)
{
    private const string EveryTwoSeconds = "*/2 * * * * *";
    private const int BatchSize = 200;

    // Longer than all attempts together: an orchestration that has not ended by then is lost.
    private static readonly TimeSpan Lost = TimeSpan.FromDays(8);

    /// <summary>Schedules pending deliveries. One that was scheduled before keeps its orchestration.</summary>
    [Function(nameof(ScheduleDeliveries))]
    public async Task RunAsync(
        [TimerTrigger(EveryTwoSeconds, UseMonitor = false)] TimerInfo timer,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        List<WebhookDelivery> waiting;
        do
        {
            waiting = await db.WebhookDeliveries.AsNoTracking()
                .Where(delivery => delivery.Status == DeliveryStatus.Pending)
                .OrderBy(delivery => delivery.CreatedAt)
                .Take(BatchSize)
                .ToListAsync(cancellationToken);
            foreach (WebhookDelivery delivery in waiting)
                await ScheduleAsync(client, delivery, cancellationToken);
        }
        while (waiting.Count == BatchSize);

        DateTimeOffset before = timeProvider.Now() - Lost;
        await db.WebhookDeliveries
            .Where(delivery => delivery.Status == DeliveryStatus.Scheduled && delivery.ScheduledAt < before)
            .ExecuteUpdateAsync(
                row => row
                    .SetProperty(delivery => delivery.Status, DeliveryStatus.Pending)
                    .SetProperty(delivery => delivery.Run, delivery => delivery.Run + 1),
                cancellationToken);
    }

    private async Task ScheduleAsync(DurableTaskClient client, WebhookDelivery delivery, CancellationToken cancellationToken)
    {
        string instanceId = DeliverWebhook.InstanceIdOf(delivery.Id, delivery.Run);
        // The process may have died after scheduling it and before storing that.
        if (await client.GetInstanceAsync(instanceId, cancellationToken) is null)
        {
            await client.ScheduleOnceAsync(
                nameof(DeliverWebhook), new DeliveryInput(delivery.Id, delivery.Run, options.Retry, delivery.Attempts), instanceId, cancellationToken);
        }
        await db.WebhookDeliveries
            .Where(row => row.Id == delivery.Id && row.Run == delivery.Run && row.Status == DeliveryStatus.Pending)
            .ExecuteUpdateAsync(
                row => row
                    .SetProperty(found => found.Status, DeliveryStatus.Scheduled)
                    .SetProperty(found => found.ScheduledAt, timeProvider.Now()),
                cancellationToken);
        logger.LogDebug("The delivery of event {EventId} to webhook {WebhookId} is scheduled.", delivery.EventId, delivery.WebhookId);
    }
}
