using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Atelier.Persistence.Tables;

/// <summary><c>webhook_deliveries</c>.</summary>
internal sealed class WebhookDeliveryTable : IEntityTypeConfiguration<WebhookDelivery>
{
    public void Configure(EntityTypeBuilder<WebhookDelivery> builder)
    {
        builder.ToTable("webhook_deliveries");
        builder.HasKey(delivery => delivery.Id);
        builder.Property(delivery => delivery.Id).ValueGeneratedNever();
        builder.Property(delivery => delivery.UserId).HasMaxLength(200);
        builder.Property(delivery => delivery.Status).IsStatus();
        builder.Property(delivery => delivery.StartedAt).HasDefaultValueSql("now()");
        builder.Property(delivery => delivery.DueAt).HasDefaultValueSql("now()");
        builder.Property(delivery => delivery.AttemptsBefore).HasDefaultValue(0);
        builder.Property(delivery => delivery.ErrorCode).HasMaxLength(64);

        builder.HasOne<Webhook>().WithMany().HasForeignKey(delivery => delivery.WebhookId);
        // A webhook's latest deliveries.
        builder.HasIndex(delivery => new { delivery.WebhookId, delivery.EventId }, "ix_webhook_deliveries_webhook_id_event_id");
        builder.HasIndex(delivery => delivery.CampaignId, "ix_webhook_deliveries_campaign_id");
        // Few deliveries wait: the index stays nearly empty.
        builder.HasIndex(delivery => new { delivery.WebhookId, delivery.DueAt, delivery.EventId }, "ix_webhook_deliveries_pending")
            .HasFilter("status = 'PENDING'");
        builder.HasIndex(delivery => delivery.CompletedAt, "ix_webhook_deliveries_delivered").HasFilter("status = 'DELIVERED'");
    }
}
