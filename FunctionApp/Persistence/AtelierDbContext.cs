using Atelier.Persistence.Tables;
using Microsoft.EntityFrameworkCore;

namespace Atelier.Persistence;

/// <summary>The app's tables in PostgreSQL: what readers see, whichever engine does the work.</summary>
public sealed class AtelierDbContext : DbContext
{
    /// <summary>A context without savepoints: a change that fails is rolled back as a whole.</summary>
    public AtelierDbContext(DbContextOptions<AtelierDbContext> options)
        : base(options) => Database.AutoSavepointsEnabled = false;

    public DbSet<Campaign> Campaigns => Set<Campaign>();

    public DbSet<CampaignImage> Images => Set<CampaignImage>();

    public DbSet<CampaignAttempt> Attempts => Set<CampaignAttempt>();

    public DbSet<PartVersion> Versions => Set<PartVersion>();

    public DbSet<CampaignEvent> Events => Set<CampaignEvent>();

    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    public DbSet<Webhook> Webhooks => Set<Webhook>();

    public DbSet<WebhookDelivery> WebhookDeliveries => Set<WebhookDelivery>();

    public DbSet<DeadLetter> DeadLetters => Set<DeadLetter>();

    public DbSet<CampaignShare> Shares => Set<CampaignShare>();

    public DbSet<ShareReport> Reports => Set<ShareReport>();

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(AtelierDbContext).Assembly);
        modelBuilder.HasDbFunction(() => DatabaseTime.Now()).HasName("now").IsBuiltIn().IsNullable(false);
        modelBuilder.HasDbFunction(() => DatabaseTime.AtRead()).HasName("clock_timestamp").IsBuiltIn().IsNullable(false);
        SnakeCase.Apply(modelBuilder.Model);
    }
}
