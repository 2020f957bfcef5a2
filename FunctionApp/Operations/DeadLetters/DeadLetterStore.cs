using Atelier.Campaigns.Control;
using Atelier.Campaigns.Http;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Microsoft.DurableTask.Client;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Atelier.Operations.DeadLetters;

/// <summary>Finds, replays and drops dead letters.</summary>
public sealed class DeadLetterStore(AtelierDbContext db, CampaignControl control, ILogger<DeadLetterStore> logger)
{
    /// <summary>So many are replayed by one request; whoever wants more asks again.</summary>
    public const int MaxReplays = 500;

    /// <summary>The newest that match, one more than the page holds.</summary>
    internal Task<List<DeadLetterView>> FindAsync(DeadLetterFilter filter, Cursor? after, int limit, CancellationToken cancellationToken)
    {
        IQueryable<DeadLetter> letters = filter.Apply(db.DeadLetters.AsNoTracking());
        if (after is not null)
        {
            letters = letters.Where(letter => EF.Functions.LessThan(
                ValueTuple.Create(letter.At, letter.Id), ValueTuple.Create(after.CreatedAt, after.Id)));
        }
        return letters
            .OrderByDescending(letter => letter.At).ThenByDescending(letter => letter.Id)
            .Take(limit + 1)
            .Select(letter => new DeadLetterView(
                letter.Id,
                letter.Kind == DeadLetterKind.Campaign ? "campaign" : "webhook",
                letter.UserId,
                letter.CampaignId,
                letter.ErrorCode,
                letter.Message,
                letter.At,
                db.WebhookDeliveries.Where(delivery => delivery.Id == letter.Id)
                    .Select(delivery => new DeadDeliveryView(
                        delivery.WebhookId,
                        db.Webhooks.Where(webhook => webhook.Id == delivery.WebhookId).Select(webhook => webhook.Url).Single(),
                        delivery.EventId,
                        delivery.Attempts,
                        delivery.ResponseStatus,
                        delivery.ResponseBody))
                    .SingleOrDefault()))
            .ToListAsync(cancellationToken);
    }

    /// <summary>Runs campaigns and deliveries once more, the oldest first.</summary>
    /// <returns>How many.</returns>
    internal async Task<int> ReplayAsync(DurableTaskClient client, DeadLetterSelection selection, CancellationToken cancellationToken)
    {
        List<DeadLetter> letters = await selection.Apply(db.DeadLetters.AsNoTracking())
            .OrderBy(letter => letter.At).ThenBy(letter => letter.Id)
            .Take(MaxReplays)
            .ToListAsync(cancellationToken);
        int count = 0;
        foreach (DeadLetter letter in letters)
        {
            bool replayed = letter.Kind == DeadLetterKind.Campaign
                ? await control.RedriveForOperatorAsync(client, letter.Id, cancellationToken)
                : await ReplayDeliveryAsync(letter.Id, cancellationToken);
            if (replayed)
                count++;
            logger.LogInformation("Dead letter {DeadLetterId} of campaign {CampaignId} is replayed: {Replayed}.", letter.Id, letter.CampaignId, replayed);
        }
        return count;
    }

    /// <summary>Drops dead letters. Campaigns stay as they are; deliveries are not made any more.</summary>
    internal async Task DropAsync(DeadLetterSelection selection, CancellationToken cancellationToken)
    {
        await using IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.WebhookDeliveries
            .Where(delivery => delivery.Status == DeliveryStatus.Dead && selection.Apply(db.DeadLetters).Any(letter => letter.Id == delivery.Id))
            .ExecuteDeleteAsync(cancellationToken);
        int dropped = await selection.Apply(db.DeadLetters).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        logger.LogInformation("{Count} dead letters were dropped.", dropped);
    }

    // The timer that schedules deliveries finds it within seconds.
    private async Task<bool> ReplayDeliveryAsync(Guid id, CancellationToken cancellationToken)
    {
        await using IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        int replayed = await db.WebhookDeliveries
            .Where(delivery => delivery.Id == id && delivery.Status == DeliveryStatus.Dead)
            .ExecuteUpdateAsync(
                row => row
                    .SetProperty(delivery => delivery.Status, DeliveryStatus.Pending)
                    .SetProperty(delivery => delivery.Run, delivery => delivery.Run + 1)
                    .SetProperty(delivery => delivery.CompletedAt, (DateTimeOffset?)null)
                    .SetProperty(delivery => delivery.ErrorCode, (string?)null)
                    .SetProperty(delivery => delivery.ErrorMessage, (string?)null),
                cancellationToken);
        await db.DeadLetters.Where(letter => letter.Id == id).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return replayed > 0;
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

/// <summary>A delivery that was given up.</summary>
/// <param name="WebhookId">The webhook.</param>
/// <param name="Url">Where it should have gone.</param>
/// <param name="EventId">The event.</param>
/// <param name="Attempts">Calls made.</param>
/// <param name="ResponseStatus">HTTP status of the last answer; <see langword="null"/> where there was none.</param>
/// <param name="ResponseBody">Its first kilobyte.</param>
public sealed record DeadDeliveryView(Guid WebhookId, string Url, long EventId, int Attempts, int? ResponseStatus, string? ResponseBody);

/// <summary>A page of dead letters.</summary>
/// <param name="Items">The letters, newest first.</param>
/// <param name="NextCursor">Leads to the next page; <see langword="null"/> on the last.</param>
public sealed record DeadLetterPage(IReadOnlyList<DeadLetterView> Items, string? NextCursor);

/// <summary>How many dead letters a replay has taken up.</summary>
public sealed record ReplayView(int Count);
