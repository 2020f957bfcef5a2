using System.Collections.Concurrent;
using Atelier.Persistence;

namespace Atelier.Notifications.Webhooks.Deliveries;

/// <summary>Delivers events to webhooks: claims what is due, makes the attempts, and records their outcomes, in batches.</summary>
/// <remarks>
/// One for each process, beside the engine: an attempt that waits for a slow receiver takes none of the engine's slots. A claim is a lease in
/// the database, so what a dead process had claimed is due again when its lease has ended (docs/decisions/0070).
/// </remarks>
public sealed class DeliveryPump(
    DeliveryStore store, DeliveryAttempt attempt, CampaignChanges changes, TimeProvider timeProvider, ILogger<DeliveryPump> logger)
    : BackgroundService
{
    // Attempts at once in this process. Those at receivers whose last attempt did not succeed cannot take the room of the others.
    private const int MaxAttempts = 1000;
    private const int MaxProven = 200;
    private const int MaxUnproven = 300;

    // No fewer than a receiver may have.
    private const int AllSlotsOfReceiver = 100;

    // An attempt that takes longer is most likely at a receiver that hangs: it gives its room to others, and its receiver gets no more.
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);

    // Deliveries become due without a notification.
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    // Only the loop touches these two.
    private readonly Dictionary<Guid, RunningAttempt> _running = [];
    private readonly List<DeliveryOutcome> _unrecorded = [];

    private readonly ConcurrentQueue<DeliveryOutcome> _outcomes = new();
    private CampaignChanges.Subscription? _wake;
    private bool _isFailing;

    /// <summary>Looks for due deliveries now.</summary>
    public void Wake() => Volatile.Read(ref _wake)?.Signal();

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var wake = changes.SubscribeToDeliveries();
        Volatile.Write(ref _wake, wake);
        try
        {
            while (true)
            {
                await TryStepAsync(stoppingToken);
                await wake.WaitAsync(PollInterval, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await StopAsync();
        }
    }

    private async Task TryStepAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RecordAsync(cancellationToken);
            await ClaimAsync(cancellationToken);
            _isFailing = false;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Outcomes are kept and recorded later.
            if (!_isFailing)
                logger.LogWarning(exception, "Webhook deliveries cannot be read or recorded now; retrying every {Interval}.", PollInterval);
            _isFailing = true;
            await Task.Delay(PollInterval, timeProvider, cancellationToken);
        }
    }

    private async Task RecordAsync(CancellationToken cancellationToken)
    {
        while (_outcomes.TryDequeue(out var outcome))
            _unrecorded.Add(outcome);
        if (_unrecorded.Count == 0)
            return;
        await store.RecordAsync(_unrecorded, cancellationToken);
        foreach (var outcome in _unrecorded)
        {
            _running.Remove(outcome.Delivery.Id);
            if (outcome.End == DeliveryEnd.Dead)
            {
                logger.LogError(
                    "Event {EventId} of campaign {CampaignId} could not be delivered to webhook {WebhookId} in {Attempts} attempts and is a dead letter: {Code}.",
                    outcome.Delivery.Event.Id, outcome.Delivery.Event.CampaignId, outcome.Delivery.WebhookId, outcome.Delivery.Attempts + 1,
                    outcome.Failure?.Code);
            }
        }
        _unrecorded.Clear();
    }

    private async Task ClaimAsync(CancellationToken cancellationToken)
    {
        var room = MaxAttempts - _running.Count;
        var proven = Math.Min(room, MaxProven - _running.Values.Count(running => running.IsProven && !IsSlow(running)));
        var others = Math.Min(room, MaxUnproven - _running.Values.Count(running => !running.IsProven));
        if (proven <= 0 && others <= 0)
            return;

        var busy = _running.Values
            .GroupBy(running => running.WebhookId)
            .ToDictionary(each => each.Key, each => each.Any(IsSlow) ? AllSlotsOfReceiver : each.Count());
        foreach (var delivery in await store.ClaimAsync(busy, Math.Max(0, proven), Math.Max(0, others), cancellationToken))
        {
            _running[delivery.Id] = new RunningAttempt(
                delivery.WebhookId, delivery.IsProven, timeProvider.GetTimestamp(), Task.Run(() => RunAsync(delivery, cancellationToken), CancellationToken.None));
        }
    }

    private bool IsSlow(RunningAttempt running) => timeProvider.GetElapsedTime(running.Start) >= Slow;

    private async Task RunAsync(ClaimedDelivery delivery, CancellationToken cancellationToken)
    {
        DeliveryOutcome outcome;
        try
        {
            outcome = await attempt.MakeAsync(delivery, cancellationToken);
        }
        catch (Exception exception)
        {
            if (!cancellationToken.IsCancellationRequested)
                logger.LogError(exception, "The attempt at delivery {DeliveryId} has failed unexpectedly.", delivery.Id);
            outcome = new DeliveryOutcome(delivery, DeliveryEnd.Released, Response: null);
        }
        _outcomes.Enqueue(outcome);
        Wake();
    }

    // What was cut off is due again at once, for another process or the next start of this one.
    private async Task StopAsync()
    {
        await Task.WhenAll(_running.Values.Select(running => running.Task));
        using var timeout = new CancellationTokenSource(StopTimeout, timeProvider);
        try
        {
            await RecordAsync(timeout.Token);
        }
        catch (Exception exception)
        {
            logger.LogWarning(exception, "Webhook deliveries cannot be recorded; they are due again when their leases end.");
        }
    }

    private sealed record RunningAttempt(Guid WebhookId, bool IsProven, long Start, Task Task);
}
