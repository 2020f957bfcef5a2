using Atelier.Configuration;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Microsoft.Azure.Functions.Worker;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Atelier.Notifications.Webhooks;

/// <summary>The activity that makes a dead letter of a delivery whose attempts are used up.</summary>
public sealed class GiveUpDelivery(AtelierDbContext db, TimeProvider timeProvider, ILogger<GiveUpDelivery> logger)
{
    /// <summary>Marks a delivery as dead and adds its dead letter, once.</summary>
    [Function(nameof(GiveUpDelivery))]
    public async Task RunAsync([ActivityTrigger] GivenUpDelivery input, CancellationToken cancellationToken)
    {
        await using IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        WebhookDelivery? delivery = await db.WebhookDeliveries
            .FromSql($"SELECT * FROM webhook_deliveries WHERE id = {input.DeliveryId} FOR UPDATE")
            .SingleOrDefaultAsync(cancellationToken);
        if (delivery is null || delivery.Run != input.Run || delivery.Status is DeliveryStatus.Delivered or DeliveryStatus.Dead)
            return;

        delivery.Status = DeliveryStatus.Dead;
        delivery.CompletedAt = timeProvider.Now();
        // If the activity could not record its failure, the orchestrator's last one is used.
        delivery.ErrorCode ??= input.Code;
        delivery.ErrorMessage ??= input.Message;
        db.DeadLetters.Add(new DeadLetter
        {
            Id = delivery.Id,
            Kind = DeadLetterKind.Webhook,
            UserId = delivery.UserId,
            CampaignId = delivery.CampaignId,
            ErrorCode = delivery.ErrorCode,
            Message = delivery.ErrorMessage,
            At = delivery.CompletedAt.Value,
        });
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        logger.LogError(
            "Event {EventId} of campaign {CampaignId} could not be delivered to webhook {WebhookId} in {Attempts} attempts and is a dead letter: {Code}.",
            delivery.EventId, delivery.CampaignId, delivery.WebhookId, delivery.Attempts, delivery.ErrorCode);
    }
}
