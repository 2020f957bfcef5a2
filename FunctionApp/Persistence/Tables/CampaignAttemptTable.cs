using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Atelier.Persistence.Tables;

/// <summary><c>campaign_attempts</c>.</summary>
internal sealed class CampaignAttemptTable : IEntityTypeConfiguration<CampaignAttempt>
{
    public void Configure(EntityTypeBuilder<CampaignAttempt> builder)
    {
        builder.ToTable("campaign_attempts");
        builder.HasKey(attempt => new { attempt.CampaignId, attempt.Part, attempt.Attempt });
        builder.Property(attempt => attempt.Part).HasMaxLength(32);
        builder.Property(attempt => attempt.Attempt).ValueGeneratedNever();
    }
}
