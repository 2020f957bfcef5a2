using Atelier.Generation;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Atelier.Persistence.Tables;

/// <summary><c>campaigns</c>, and the indexes behind each way of finding one.</summary>
internal sealed class CampaignTable : IEntityTypeConfiguration<Campaign>
{
    /// <summary>The constraint that makes a repeated POST find the first one's campaign.</summary>
    public const string IdempotencyIndex = "ix_campaigns_user_id_idempotency_key";

    public void Configure(EntityTypeBuilder<Campaign> builder)
    {
        builder.ToTable("campaigns");
        builder.HasKey(campaign => campaign.Id);
        builder.Property(campaign => campaign.Id).ValueGeneratedNever();
        builder.Property(campaign => campaign.UserId).HasMaxLength(200);
        builder.Property(campaign => campaign.IdempotencyKey).HasMaxLength(200);
        builder.Property(campaign => campaign.Prompt).HasMaxLength(4000);
        builder.Property(campaign => campaign.Name).HasMaxLength(200);
        builder.Property(campaign => campaign.Favorite).HasDefaultValue(false);
        builder.Property(campaign => campaign.Tags).HasColumnType("text[]").HasDefaultValueSql("'{}'");
        builder.Property(campaign => campaign.Status).IsStatus();
        builder.Property(campaign => campaign.TextStatus).IsStatus();
        builder.Property(campaign => campaign.Request).IsJson<CampaignRequest>();
        builder.Property(campaign => campaign.TextUsage).IsJson<TokenUsage?>();
        builder.Property(campaign => campaign.TextWait).IsJson<PartWait?>();
        builder.Property(campaign => campaign.Error).IsJson<CampaignError?>();
        builder.Property(campaign => campaign.Metadata).IsJson<IReadOnlyDictionary<string, string>>();
        builder.Property(campaign => campaign.Version).IsConcurrencyToken();
        builder.Property(campaign => campaign.TextVersion).HasDefaultValue(1);
        builder.Property(campaign => campaign.TextVersions).HasDefaultValue(1);
        builder.Property(campaign => campaign.Regenerating).HasDefaultValue(0);

        builder.HasMany(campaign => campaign.Images).WithOne().HasForeignKey(image => image.CampaignId);
        builder.HasMany(campaign => campaign.Attempts).WithOne().HasForeignKey(attempt => attempt.CampaignId);

        builder.HasIndex(campaign => new { campaign.UserId, campaign.IdempotencyKey }, IdempotencyIndex)
            .IsUnique().HasFilter("idempotency_key IS NOT NULL");
        // The list, newest first, by keyset; and the same of one status.
        builder.HasIndex(campaign => new { campaign.UserId, campaign.CreatedAt, campaign.Id }, "ix_campaigns_user_id_created_at")
            .IsDescending(false, true, true);
        builder.HasIndex(
            campaign => new { campaign.UserId, campaign.Status, campaign.CreatedAt, campaign.Id }, "ix_campaigns_user_id_status_created_at")
            .IsDescending(false, false, true, true);
        // Most campaigns are no favorites: they cost nothing.
        builder.HasIndex(campaign => new { campaign.UserId, campaign.CreatedAt, campaign.Id }, "ix_campaigns_favorites")
            .IsDescending(false, true, true).HasFilter("favorite");
        // The recovery timer rarely finds anything: the index stays nearly empty.
        builder.HasIndex(campaign => campaign.CreatedAt, "ix_campaigns_pending").HasFilter("status = 'PENDING'");
        builder.Property(campaign => campaign.CheckedAt).HasDefaultValueSql("now()");
        // What a caller regenerates counts against its limits.
        builder.HasIndex(campaign => campaign.UserId, "ix_campaigns_regenerating").HasFilter("regenerating > 0");
        // The same for campaigns whose orchestration may be lost, and for those that are old enough to go.
        builder.HasIndex(campaign => campaign.CheckedAt, "ix_campaigns_running").HasFilter("status = 'RUNNING'");
        builder.HasIndex(campaign => campaign.CompletedAt, "ix_campaigns_completed_at").HasFilter("completed_at IS NOT NULL");
    }
}
