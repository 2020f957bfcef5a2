using Microsoft.Azure.Functions.Worker;

namespace Atelier.Notifications.Webhooks.Deliveries;

/// <summary>Wakes the pump of a process, or the process itself on a host that stops idle ones, and gives up deliveries whose time is up.</summary>
public sealed class DeliverWebhooks(DeliveryPump pump, DeliveryStore store, ILogger<DeliverWebhooks> logger)
{
    private const string EveryTenSeconds = "*/10 * * * * *";

    /// <summary>Looks for deliveries that wait.</summary>
    [Function(nameof(DeliverWebhooks))]
    public async Task RunAsync([TimerTrigger(EveryTenSeconds, UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken)
    {
        pump.Wake();
        if (await store.GiveUpAsync(cancellationToken) is var count and > 0)
            logger.LogError("{Count} webhook deliveries were given up because their receivers have failed for too long; they are dead letters.", count);
    }
}
