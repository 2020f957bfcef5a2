using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Atelier.Persistence.Migrations;

/// <summary>The model as of the last migration; a test compares it with today's.</summary>
[DbContext(typeof(AtelierDbContext))]
internal sealed class AtelierDbContextModelSnapshot : ModelSnapshot
{
    /// <inheritdoc/>
    protected override void BuildModel(ModelBuilder modelBuilder)
    {
        modelBuilder.HasAnnotation("ProductVersion", "10.0.0").HasAnnotation("Relational:MaxIdentifierLength", 63);
        modelBuilder.UseIdentityByDefaultColumns();

        modelBuilder.Entity("Atelier.Persistence.Tables.Campaign", b =>
        {
            b.Property<Guid>("Id").HasColumnType("uuid").HasColumnName("id");
            b.Property<string>("UserId").IsRequired().HasMaxLength(200).HasColumnType("character varying(200)").HasColumnName("user_id");
            b.Property<string>("IdempotencyKey").HasMaxLength(200).HasColumnType("character varying(200)").HasColumnName("idempotency_key");
            b.Property<byte[]>("RequestHash").IsRequired().HasColumnType("bytea").HasColumnName("request_hash");
            b.Property<string>("Prompt").IsRequired().HasMaxLength(4000).HasColumnType("character varying(4000)").HasColumnName("prompt");
            b.Property<string>("Status").IsRequired().HasMaxLength(16).HasColumnType("character varying(16)").HasColumnName("status");
            b.Property<string>("Request").IsRequired().HasColumnType("jsonb").HasColumnName("request");
            b.Property<string>("Text").HasColumnType("text").HasColumnName("text");
            b.Property<string>("TextStatus").HasMaxLength(16).HasColumnType("character varying(16)").HasColumnName("text_status");
            b.Property<string>("TextProvider").HasColumnType("text").HasColumnName("text_provider");
            b.Property<string>("TextModel").HasColumnType("text").HasColumnName("text_model");
            b.Property<string>("TextUsage").HasColumnType("jsonb").HasColumnName("text_usage");
            b.Property<string>("Error").HasColumnType("jsonb").HasColumnName("error");
            b.Property<string>("Metadata").IsRequired().HasColumnType("jsonb").HasColumnName("metadata");
            b.Property<string>("InstanceId").IsRequired().HasColumnType("text").HasColumnName("instance_id");
            b.Property<int>("Run").HasColumnType("integer").HasColumnName("run");
            b.Property<DateTimeOffset>("CheckedAt").HasColumnType("timestamp with time zone").HasColumnName("checked_at");
            b.Property<long>("Version").IsConcurrencyToken().HasColumnType("bigint").HasColumnName("version");
            b.Property<DateTimeOffset>("CreatedAt").HasColumnType("timestamp with time zone").HasColumnName("created_at");
            b.Property<DateTimeOffset>("UpdatedAt").HasColumnType("timestamp with time zone").HasColumnName("updated_at");
            b.Property<DateTimeOffset?>("CompletedAt").HasColumnType("timestamp with time zone").HasColumnName("completed_at");

            b.HasKey("Id").HasName("pk_campaigns");
            b.HasIndex(["UserId", "IdempotencyKey"], "ix_campaigns_user_id_idempotency_key")
                .IsUnique().HasFilter("idempotency_key IS NOT NULL");
            b.HasIndex(["UserId", "CreatedAt", "Id"], "ix_campaigns_user_id_created_at").IsDescending(false, true, true);
            b.HasIndex(["UserId", "Status", "CreatedAt", "Id"], "ix_campaigns_user_id_status_created_at")
                .IsDescending(false, false, true, true);
            b.HasIndex(["CreatedAt"], "ix_campaigns_pending").HasFilter("status = 'PENDING'");
            b.HasIndex(["CheckedAt"], "ix_campaigns_running").HasFilter("status = 'RUNNING'");
            b.HasIndex(["CompletedAt"], "ix_campaigns_completed_at").HasFilter("completed_at IS NOT NULL");
            b.ToTable("campaigns");
        });

        modelBuilder.Entity("Atelier.Persistence.Tables.CampaignImage", b =>
        {
            b.Property<Guid>("CampaignId").HasColumnType("uuid").HasColumnName("campaign_id");
            b.Property<int>("Index").HasColumnType("integer").HasColumnName("index");
            b.Property<string>("Status").IsRequired().HasMaxLength(16).HasColumnType("character varying(16)").HasColumnName("status");
            b.Property<string>("BlobName").HasColumnType("text").HasColumnName("blob_name");
            b.Property<string>("ContentType").HasColumnType("text").HasColumnName("content_type");
            b.Property<long?>("Bytes").HasColumnType("bigint").HasColumnName("bytes");
            b.Property<int?>("Width").HasColumnType("integer").HasColumnName("width");
            b.Property<int?>("Height").HasColumnType("integer").HasColumnName("height");
            b.Property<string>("Provider").IsRequired().HasColumnType("text").HasColumnName("provider");
            b.Property<string>("Model").HasColumnType("text").HasColumnName("model");
            b.Property<string>("Usage").HasColumnType("jsonb").HasColumnName("usage");
            b.Property<string>("ProviderJobId").HasColumnType("text").HasColumnName("provider_job_id");

            b.HasKey("CampaignId", "Index").HasName("pk_campaign_images");
            b.ToTable("campaign_images");
        });

        modelBuilder.Entity("Atelier.Persistence.Tables.CampaignAttempt", b =>
        {
            b.Property<Guid>("CampaignId").HasColumnType("uuid").HasColumnName("campaign_id");
            b.Property<string>("Part").HasMaxLength(32).HasColumnType("character varying(32)").HasColumnName("part");
            b.Property<int>("Attempt").HasColumnType("integer").HasColumnName("attempt");
            b.Property<DateTimeOffset>("StartedAt").HasColumnType("timestamp with time zone").HasColumnName("started_at");
            b.Property<DateTimeOffset?>("EndedAt").HasColumnType("timestamp with time zone").HasColumnName("ended_at");
            b.Property<string>("Code").HasColumnType("text").HasColumnName("code");
            b.Property<string>("Message").HasColumnType("text").HasColumnName("message");
            b.Property<string>("Provider").IsRequired().HasColumnType("text").HasColumnName("provider");
            b.Property<long?>("RetryInMs").HasColumnType("bigint").HasColumnName("retry_in_ms");

            b.HasKey("CampaignId", "Part", "Attempt").HasName("pk_campaign_attempts");
            b.ToTable("campaign_attempts");
        });

        modelBuilder.Entity("Atelier.Persistence.Tables.CampaignEvent", b =>
        {
            b.Property<long>("Id").ValueGeneratedOnAdd().HasColumnType("bigint").HasColumnName("id")
                .HasDefaultValueSql("campaign_event_id()");
            b.Property<string>("UserId").IsRequired().HasMaxLength(200).HasColumnType("character varying(200)").HasColumnName("user_id");
            b.Property<Guid>("CampaignId").HasColumnType("uuid").HasColumnName("campaign_id");
            b.Property<string>("Type").IsRequired().HasMaxLength(64).HasColumnType("character varying(64)").HasColumnName("type");
            b.Property<string>("Part").IsRequired().HasMaxLength(32).HasColumnType("character varying(32)").HasColumnName("part");
            b.Property<int>("Attempt").HasColumnType("integer").HasColumnName("attempt");
            b.Property<string>("Data").IsRequired().HasColumnType("jsonb").HasColumnName("data");
            b.Property<DateTimeOffset>("At").HasColumnType("timestamp with time zone").HasColumnName("at");

            b.HasKey("Id").HasName("pk_campaign_events");
            b.HasIndex(["CampaignId", "Type", "Part", "Attempt"], "ix_campaign_events_once").IsUnique();
            b.HasIndex(["UserId", "Id"], "ix_campaign_events_user_id_id");
            b.ToTable("campaign_events");
        });

        modelBuilder.Entity("Atelier.Persistence.Tables.ApiKey", b =>
        {
            b.Property<string>("Id").HasMaxLength(16).HasColumnType("character varying(16)").HasColumnName("id");
            b.Property<string>("UserId").IsRequired().HasMaxLength(200).HasColumnType("character varying(200)").HasColumnName("user_id");
            b.Property<bool>("IsOperator").HasColumnType("boolean").HasColumnName("is_operator");
            b.Property<byte[]>("Hash").IsRequired().HasColumnType("bytea").HasColumnName("hash");
            b.Property<DateTimeOffset>("CreatedAt").HasColumnType("timestamp with time zone").HasColumnName("created_at");
            b.Property<DateTimeOffset?>("LastUsedAt").HasColumnType("timestamp with time zone").HasColumnName("last_used_at");
            b.Property<DateTimeOffset?>("RevokedAt").HasColumnType("timestamp with time zone").HasColumnName("revoked_at");

            b.HasKey("Id").HasName("pk_api_keys");
            b.ToTable("api_keys");
        });

        modelBuilder.Entity("Atelier.Persistence.Tables.Webhook", b =>
        {
            b.Property<Guid>("Id").HasColumnType("uuid").HasColumnName("id");
            b.Property<string>("UserId").IsRequired().HasMaxLength(200).HasColumnType("character varying(200)").HasColumnName("user_id");
            b.Property<string>("Url").IsRequired().HasMaxLength(2000).HasColumnType("character varying(2000)").HasColumnName("url");
            b.Property<string[]>("EventTypes").IsRequired().HasColumnType("text[]").HasColumnName("event_types");
            b.Property<byte[]>("Secret").IsRequired().HasColumnType("bytea").HasColumnName("secret");
            b.Property<DateTimeOffset>("CreatedAt").HasColumnType("timestamp with time zone").HasColumnName("created_at");
            b.Property<DateTimeOffset?>("DisabledAt").HasColumnType("timestamp with time zone").HasColumnName("disabled_at");

            b.HasKey("Id").HasName("pk_webhooks");
            b.HasIndex(["UserId"], "ix_webhooks_user_id");
            b.ToTable("webhooks");
        });

        modelBuilder.Entity("Atelier.Persistence.Tables.WebhookDelivery", b =>
        {
            b.Property<Guid>("Id").HasColumnType("uuid").HasColumnName("id");
            b.Property<Guid>("WebhookId").HasColumnType("uuid").HasColumnName("webhook_id");
            b.Property<string>("UserId").IsRequired().HasMaxLength(200).HasColumnType("character varying(200)").HasColumnName("user_id");
            b.Property<Guid>("CampaignId").HasColumnType("uuid").HasColumnName("campaign_id");
            b.Property<long>("EventId").HasColumnType("bigint").HasColumnName("event_id");
            b.Property<string>("Status").IsRequired().HasMaxLength(16).HasColumnType("character varying(16)").HasColumnName("status");
            b.Property<int>("Attempts").HasColumnType("integer").HasColumnName("attempts");
            b.Property<int>("Run").HasColumnType("integer").HasColumnName("run");
            b.Property<string>("ErrorCode").HasMaxLength(64).HasColumnType("character varying(64)").HasColumnName("error_code");
            b.Property<string>("ErrorMessage").HasColumnType("text").HasColumnName("error_message");
            b.Property<int?>("ResponseStatus").HasColumnType("integer").HasColumnName("response_status");
            b.Property<string>("ResponseBody").HasColumnType("text").HasColumnName("response_body");
            b.Property<DateTimeOffset>("CreatedAt").HasColumnType("timestamp with time zone").HasColumnName("created_at");
            b.Property<DateTimeOffset?>("ScheduledAt").HasColumnType("timestamp with time zone").HasColumnName("scheduled_at");
            b.Property<DateTimeOffset?>("CompletedAt").HasColumnType("timestamp with time zone").HasColumnName("completed_at");

            b.HasKey("Id").HasName("pk_webhook_deliveries");
            b.HasIndex(["WebhookId"], "ix_webhook_deliveries_webhook_id");
            b.HasIndex(["CampaignId"], "ix_webhook_deliveries_campaign_id");
            b.HasIndex(["CreatedAt"], "ix_webhook_deliveries_pending").HasFilter("status = 'PENDING'");
            b.HasIndex(["ScheduledAt"], "ix_webhook_deliveries_scheduled").HasFilter("status = 'SCHEDULED'");
            b.HasIndex(["CompletedAt"], "ix_webhook_deliveries_delivered").HasFilter("status = 'DELIVERED'");
            b.ToTable("webhook_deliveries");
        });

        modelBuilder.Entity("Atelier.Persistence.Tables.DeadLetter", b =>
        {
            b.Property<Guid>("Id").HasColumnType("uuid").HasColumnName("id");
            b.Property<string>("Kind").IsRequired().HasMaxLength(16).HasColumnType("character varying(16)").HasColumnName("kind");
            b.Property<string>("UserId").IsRequired().HasMaxLength(200).HasColumnType("character varying(200)").HasColumnName("user_id");
            b.Property<Guid>("CampaignId").HasColumnType("uuid").HasColumnName("campaign_id");
            b.Property<string>("ErrorCode").IsRequired().HasMaxLength(64).HasColumnType("character varying(64)").HasColumnName("error_code");
            b.Property<string>("Message").IsRequired().HasColumnType("text").HasColumnName("message");
            b.Property<DateTimeOffset>("At").HasColumnType("timestamp with time zone").HasColumnName("at");

            b.HasKey("Id").HasName("pk_dead_letters");
            b.HasIndex(["CampaignId"], "ix_dead_letters_campaign_id");
            b.HasIndex(["At", "Id"], "ix_dead_letters_at");
            b.HasIndex(["Kind", "At", "Id"], "ix_dead_letters_kind_at");
            b.HasIndex(["ErrorCode", "At", "Id"], "ix_dead_letters_error_code_at");
            b.HasIndex(["Kind", "ErrorCode", "At", "Id"], "ix_dead_letters_kind_error_code_at");
            b.ToTable("dead_letters");
        });

        modelBuilder.Entity("Atelier.Persistence.Tables.WebhookDelivery", b => b
            .HasOne("Atelier.Persistence.Tables.Webhook", null).WithMany()
            .HasForeignKey("WebhookId").OnDelete(DeleteBehavior.Cascade).IsRequired()
            .HasConstraintName("fk_webhook_deliveries_webhooks"));
        modelBuilder.Entity("Atelier.Persistence.Tables.CampaignImage", b => b
            .HasOne("Atelier.Persistence.Tables.Campaign", null).WithMany("Images")
            .HasForeignKey("CampaignId").OnDelete(DeleteBehavior.Cascade).IsRequired()
            .HasConstraintName("fk_campaign_images_campaigns"));
        modelBuilder.Entity("Atelier.Persistence.Tables.CampaignAttempt", b => b
            .HasOne("Atelier.Persistence.Tables.Campaign", null).WithMany("Attempts")
            .HasForeignKey("CampaignId").OnDelete(DeleteBehavior.Cascade).IsRequired()
            .HasConstraintName("fk_campaign_attempts_campaigns"));
    }
}
