using AiSimulator.Jobs;

namespace AiSimulator.Webhooks;

/// <summary>Every try of every webhook; the latest are kept.</summary>
internal sealed class WebhookLog(TimeProvider clock)
{
    private const int Kept = 5_000;

    private readonly Lock _gate = new();
    private readonly Queue<WebhookDelivery> _deliveries = new();
    private long _last;

    public void Add(Job job, Webhook webhook, int attempt, bool isForged, int? status)
    {
        lock (_gate)
        {
            _deliveries.Enqueue(new WebhookDelivery(
                ++_last, clock.GetUtcNow(), job.Provider, job.Campaign, job.Part, job.Id, webhook.Url, webhook.Event, attempt, isForged, status));
            if (_deliveries.Count > Kept) _deliveries.Dequeue();
        }
    }

    public IReadOnlyList<WebhookDelivery> List(string? campaign)
    {
        lock (_gate) return [.. _deliveries.Where(d => campaign is null || d.Campaign == campaign)];
    }

    public void Clear()
    {
        lock (_gate) _deliveries.Clear();
    }
}
