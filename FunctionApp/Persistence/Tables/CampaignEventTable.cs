using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Atelier.Persistence.Tables;

/// <summary><c>campaign_events</c>.</summary>
internal sealed class CampaignEventTable : IEntityTypeConfiguration<CampaignEvent>
{
    public void Configure(EntityTypeBuilder<CampaignEvent> builder)
    {
        builder.ToTable("campaign_events");
        builder.HasKey(@event => @event.Id);
        // Not a sequence: ids order events by their transactions, so that readers know up to which id the log is final.
        builder.Property(@event => @event.Id).ValueGeneratedOnAdd().HasDefaultValueSql("campaign_event_id()");
        builder.Property(@event => @event.UserId).HasMaxLength(200);
        builder.Property(@event => @event.Type).HasMaxLength(64);
        builder.Property(@event => @event.Part).HasMaxLength(32);
        builder.Property(@event => @event.Data).HasColumnType("jsonb");

        // An activity that runs twice adds its event once.
        builder.HasIndex(@event => new { @event.CampaignId, @event.Type, @event.Part, @event.Attempt }, "ix_campaign_events_once").IsUnique();
        builder.HasIndex(@event => new { @event.UserId, @event.Id }, "ix_campaign_events_user_id_id");
    }
}
