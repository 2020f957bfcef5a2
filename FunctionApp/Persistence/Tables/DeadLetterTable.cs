using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Atelier.Persistence.Tables;

/// <summary><c>dead_letters</c>, and an index behind each filter and both together.</summary>
internal sealed class DeadLetterTable : IEntityTypeConfiguration<DeadLetter>
{
    public void Configure(EntityTypeBuilder<DeadLetter> builder)
    {
        builder.ToTable("dead_letters");
        builder.HasKey(letter => letter.Id);
        builder.Property(letter => letter.Id).ValueGeneratedNever();
        builder.Property(letter => letter.Kind).IsStatus();
        builder.Property(letter => letter.UserId).HasMaxLength(200);
        builder.Property(letter => letter.ErrorCode).HasMaxLength(64);

        builder.HasIndex(letter => letter.CampaignId, "ix_dead_letters_campaign_id");
        builder.HasIndex(letter => new { letter.At, letter.Id }, "ix_dead_letters_at");
        builder.HasIndex(letter => new { letter.Kind, letter.At, letter.Id }, "ix_dead_letters_kind_at");
        builder.HasIndex(letter => new { letter.ErrorCode, letter.At, letter.Id }, "ix_dead_letters_error_code_at");
        builder.HasIndex(letter => new { letter.Kind, letter.ErrorCode, letter.At, letter.Id }, "ix_dead_letters_kind_error_code_at");
    }
}
