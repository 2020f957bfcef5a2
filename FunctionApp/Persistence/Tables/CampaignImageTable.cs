using Atelier.Generation;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Atelier.Persistence.Tables;

/// <summary><c>campaign_images</c>.</summary>
internal sealed class CampaignImageTable : IEntityTypeConfiguration<CampaignImage>
{
    public void Configure(EntityTypeBuilder<CampaignImage> builder)
    {
        builder.ToTable("campaign_images");
        builder.HasKey(image => new { image.CampaignId, image.Index });
        builder.Property(image => image.Index).ValueGeneratedNever();
        builder.Property(image => image.Version).HasDefaultValue(1);
        builder.Property(image => image.Versions).HasDefaultValue(1);
        builder.Property(image => image.Status).IsStatus();
        builder.Property(image => image.Usage).IsJson<TokenUsage?>();
        builder.Property(image => image.Wait).IsJson<PartWait?>();
    }
}
