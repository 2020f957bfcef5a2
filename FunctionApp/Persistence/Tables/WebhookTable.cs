using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Atelier.Persistence.Tables;

/// <summary><c>webhooks</c>.</summary>
internal sealed class WebhookTable : IEntityTypeConfiguration<Webhook>
{
    public void Configure(EntityTypeBuilder<Webhook> builder)
    {
        builder.ToTable("webhooks");
        builder.HasKey(webhook => webhook.Id);
        builder.Property(webhook => webhook.Id).ValueGeneratedNever();
        builder.Property(webhook => webhook.UserId).HasMaxLength(200);
        builder.Property(webhook => webhook.Url).HasMaxLength(2000);
        builder.Property(webhook => webhook.EventTypes).HasColumnType("text[]");
        builder.Property(webhook => webhook.RetryAt).HasDefaultValueSql("now()");
        builder.HasIndex(webhook => webhook.UserId, "ix_webhooks_user_id");
    }
}
