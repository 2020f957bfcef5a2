using Atelier.Generation;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Atelier.Persistence.Tables;

/// <summary><c>campaign_part_versions</c>.</summary>
internal sealed class PartVersionTable : IEntityTypeConfiguration<PartVersion>
{
    /// <summary>The constraint that makes a repeated regeneration find the first one's version.</summary>
    public const string IdempotencyIndex = "ix_campaign_part_versions_idempotency_key";

    public void Configure(EntityTypeBuilder<PartVersion> builder)
    {
        builder.ToTable("campaign_part_versions");
        builder.HasKey(version => new { version.CampaignId, version.Part, version.Number });
        builder.Property(version => version.Part).HasMaxLength(32);
        builder.Property(version => version.Number).ValueGeneratedNever();
        builder.Property(version => version.Status).IsStatus();
        builder.Property(version => version.Prompt).HasMaxLength(4000);
        builder.Property(version => version.Usage).IsJson<TokenUsage?>();
        builder.Property(version => version.Wait).IsJson<PartWait?>();
        builder.Property(version => version.IdempotencyKey).HasMaxLength(200);

        builder.HasOne<Campaign>().WithMany().HasForeignKey(version => version.CampaignId);
        builder.HasIndex(version => new { version.CampaignId, version.IdempotencyKey }, IdempotencyIndex)
            .IsUnique().HasFilter("idempotency_key IS NOT NULL");
        // The recovery timer rarely finds anything: the index stays nearly empty.
        builder.HasIndex(version => version.CheckedAt, "ix_campaign_part_versions_under_way").HasFilter("ended_at IS NULL");
    }
}
