using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Atelier.Persistence.Tables;

/// <summary><c>share_reports</c>.</summary>
internal sealed class ShareReportTable : IEntityTypeConfiguration<ShareReport>
{
    public void Configure(EntityTypeBuilder<ShareReport> builder)
    {
        builder.ToTable("share_reports");
        builder.HasKey(report => report.Id);
        builder.Property(report => report.Id).ValueGeneratedNever();

        builder.HasOne<CampaignShare>().WithMany().HasForeignKey(report => report.ShareId);
        builder.HasIndex(report => report.ShareId, "ix_share_reports_share_id");
        // The operators' list, newest first.
        builder.HasIndex(report => new { report.At, report.Id }, "ix_share_reports_at");
    }
}
