using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Atelier.Persistence.Tables;

/// <summary><c>campaign_shares</c>.</summary>
internal sealed class CampaignShareTable : IEntityTypeConfiguration<CampaignShare>
{
    public void Configure(EntityTypeBuilder<CampaignShare> builder)
    {
        builder.ToTable("campaign_shares");
        builder.HasKey(share => share.Id);
        builder.Property(share => share.Id).ValueGeneratedNever();
        builder.Property(share => share.UserId).HasMaxLength(200);

        builder.HasOne<Campaign>().WithMany().HasForeignKey(share => share.CampaignId);
        builder.HasIndex(share => share.CampaignId, "ix_campaign_shares_campaign_id");
        builder.HasIndex(share => share.TokenHash, "ix_campaign_shares_token_hash").IsUnique();
        builder.HasIndex(share => share.ExpiresAt, "ix_campaign_shares_expires_at");
    }
}
