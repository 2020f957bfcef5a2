using Atelier.Campaigns.Control;
using Atelier.Http;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Microsoft.DurableTask.Client;
using Microsoft.EntityFrameworkCore;

namespace Atelier.Operations.DeadLetters;

/// <summary>Finds, redrives and drops dead letters.</summary>
public sealed class DeadLetterStore(AtelierDbContext db, CampaignControl control, ILogger<DeadLetterStore> logger)
{
    /// <summary>The most that one request redrives.</summary>
    public const int MaxRedrives = 500;

    private const int DropBatch = 500;

    /// <summary>The newest that match, one more than the page holds.</summary>
    internal async Task<List<DeadLetterView>> FindAsync(DeadLetterFilter filter, Cursor? after, int limit, CancellationToken cancellationToken)
    {
        var matching = filter.Apply(db.DeadLetters.AsNoTracking());
        if (after is not null)
        {
            matching = matching.Where(letter => EF.Functions.LessThan(
                ValueTuple.Create(letter.At, letter.Id), ValueTuple.Create(after.CreatedAt, after.Id)));
        }
        var letters = await matching
            .OrderByDescending(letter => letter.At).ThenByDescending(letter => letter.Id)
            .Take(limit + 1)
            .ToListAsync(cancellationToken);
        var deliveries = await FindDeliveriesAsync(letters, cancellationToken);
        return
        [
            .. letters.Select(letter => new DeadLetterView(
                letter.Id,
                letter.Kind == DeadLetterKind.Campaign ? "campaign" : "webhook",
                letter.UserId,
                letter.CampaignId,
                letter.ErrorCode,
                letter.Message,
                letter.At,
                deliveries.GetValueOrDefault(letter.Id))),
        ];
    }

    /// <summary>Redrives campaigns and deliveries, the oldest first.</summary>
    /// <returns>How many.</returns>
    internal async Task<int> RedriveAsync(DurableTaskClient client, DeadLetterSelection selection, CancellationToken cancellationToken)
    {
        var letters = await selection.Apply(db.DeadLetters.AsNoTracking())
            .OrderBy(letter => letter.At).ThenBy(letter => letter.Id)
            .Take(MaxRedrives)
            .ToListAsync(cancellationToken);
        var count = 0;
        foreach (var letter in letters)
        {
            var redriven = letter.Kind == DeadLetterKind.Campaign
                ? await control.RedriveForOperatorAsync(client, letter.Id, cancellationToken)
                : await RedriveDeliveryAsync(letter.Id, cancellationToken);
            if (redriven)
                count++;
            logger.LogInformation("Dead letter {DeadLetterId} of campaign {CampaignId} is redriven: {Redriven}.", letter.Id, letter.CampaignId, redriven);
        }
        return count;
    }

    /// <summary>Drops dead letters. Campaigns stay as they are; deliveries are not made any more.</summary>
    internal async Task DropAsync(DeadLetterSelection selection, CancellationToken cancellationToken)
    {
        var total = 0;
        int count;
        do
        {
            count = await DropBatchAsync(selection, cancellationToken);
            total += count;
        }
        while (count == DropBatch);
        logger.LogInformation("{Count} dead letters were dropped.", total);
    }

    // A page at a time, by keys: a filter may match hundreds of thousands, and other requests should not wait for them.
    private async Task<int> DropBatchAsync(DeadLetterSelection selection, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var ids = await selection.Apply(db.DeadLetters)
            .OrderBy(letter => letter.At).ThenBy(letter => letter.Id)
            .Select(letter => letter.Id)
            .Take(DropBatch)
            .ToListAsync(cancellationToken);
        await db.WebhookDeliveries
            .Where(delivery => ids.Contains(delivery.Id) && delivery.Status == DeliveryStatus.Dead)
            .ExecuteDeleteAsync(cancellationToken);
        await db.DeadLetters.Where(letter => ids.Contains(letter.Id)).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return ids.Count;
    }

    // By the keys of the page: with a join PostgreSQL would read every delivery.
    private async Task<Dictionary<Guid, DeadDeliveryView>> FindDeliveriesAsync(List<DeadLetter> letters, CancellationToken cancellationToken)
    {
        Guid[] ids = [.. letters.Where(letter => letter.Kind == DeadLetterKind.Webhook).Select(letter => letter.Id)];
        var deliveries = await db.WebhookDeliveries.AsNoTracking()
            .Where(delivery => ids.Contains(delivery.Id)).ToListAsync(cancellationToken);
        Guid[] webhookIds = [.. deliveries.Select(delivery => delivery.WebhookId).Distinct()];
        var urls = await db.Webhooks
            .Where(webhook => webhookIds.Contains(webhook.Id))
            .ToDictionaryAsync(webhook => webhook.Id, webhook => webhook.Url, cancellationToken);
        // If a webhook was deleted in between, so were its deliveries.
        return deliveries.Where(delivery => urls.ContainsKey(delivery.WebhookId)).ToDictionary(
            delivery => delivery.Id,
            delivery => new DeadDeliveryView(
                delivery.WebhookId, urls[delivery.WebhookId], delivery.EventId, delivery.Attempts, delivery.ResponseStatus, delivery.ResponseBody));
    }

    // The pump finds it within a second.
    private async Task<bool> RedriveDeliveryAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var redriven = await db.WebhookDeliveries
            .Where(delivery => delivery.Id == id && delivery.Status == DeliveryStatus.Dead)
            .ExecuteUpdateAsync(
                row => row
                    .SetProperty(delivery => delivery.Status, DeliveryStatus.Pending)
                    .SetProperty(delivery => delivery.Run, delivery => delivery.Run + 1)
                    .SetProperty(delivery => delivery.AttemptsBefore, delivery => delivery.Attempts)
                    .SetProperty(delivery => delivery.StartedAt, _ => DatabaseTime.Now())
                    .SetProperty(delivery => delivery.DueAt, _ => DatabaseTime.Now())
                    .SetProperty(delivery => delivery.CompletedAt, (DateTimeOffset?)null)
                    .SetProperty(delivery => delivery.ErrorCode, (string?)null)
                    .SetProperty(delivery => delivery.ErrorMessage, (string?)null),
                cancellationToken);
        await db.DeadLetters.Where(letter => letter.Id == id).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return redriven > 0;
    }
}

/// <summary>A dead letter as the API shows it.</summary>
/// <param name="Id">Id of the campaign or the delivery.</param>
/// <param name="Kind"><c>campaign</c> or <c>webhook</c>.</param>
/// <param name="UserId">Whose campaign it is.</param>
/// <param name="CampaignId">The campaign.</param>
/// <param name="ErrorCode">Code of the last failure.</param>
/// <param name="Message">One human sentence.</param>
/// <param name="At">When the last attempt had failed.</param>
/// <param name="Delivery">The delivery; <see langword="null"/> for a campaign.</param>
public sealed record DeadLetterView(
    Guid Id, string Kind, string UserId, Guid CampaignId, string ErrorCode, string Message, DateTimeOffset At, DeadDeliveryView? Delivery);

/// <summary>A delivery whose attempts are used up.</summary>
/// <param name="WebhookId">The webhook.</param>
/// <param name="Url">Where it should have gone.</param>
/// <param name="EventId">The event.</param>
/// <param name="Attempts">Calls made.</param>
/// <param name="ResponseStatus">HTTP status of the last response; <see langword="null"/> where there was none.</param>
/// <param name="ResponseBody">Its first kilobyte.</param>
public sealed record DeadDeliveryView(Guid WebhookId, string Url, long EventId, int Attempts, int? ResponseStatus, string? ResponseBody);

/// <summary>A page of dead letters.</summary>
/// <param name="Items">The letters, newest first.</param>
/// <param name="NextCursor">Leads to the next page; <see langword="null"/> on the last.</param>
public sealed record DeadLetterPage(IReadOnlyList<DeadLetterView> Items, string? NextCursor);

/// <summary>How many dead letters were redriven.</summary>
public sealed record RedriveView(int Count);
