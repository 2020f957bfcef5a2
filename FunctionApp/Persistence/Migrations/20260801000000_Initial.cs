using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

namespace Atelier.Persistence.Migrations;

/// <summary>Campaigns with their images, attempts and events.</summary>
[DbContext(typeof(AtelierDbContext))]
[Migration("20260801000000_Initial")]
internal sealed class Initial : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "campaigns",
            columns: table => new
            {
                id = table.Column<Guid>(type: "uuid", nullable: false),
                user_id = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                idempotency_key = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                request_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                prompt = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                status = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                request = table.Column<string>(type: "jsonb", nullable: false),
                text = table.Column<string>(type: "text", nullable: true),
                text_status = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: true),
                text_provider = table.Column<string>(type: "text", nullable: true),
                text_model = table.Column<string>(type: "text", nullable: true),
                text_usage = table.Column<string>(type: "jsonb", nullable: true),
                error = table.Column<string>(type: "jsonb", nullable: true),
                metadata = table.Column<string>(type: "jsonb", nullable: false),
                instance_id = table.Column<string>(type: "text", nullable: false),
                version = table.Column<long>(type: "bigint", nullable: false),
                created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                completed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
            },
            constraints: table => table.PrimaryKey("pk_campaigns", row => row.id));

        migrationBuilder.CreateTable(
            name: "campaign_images",
            columns: table => new
            {
                campaign_id = table.Column<Guid>(type: "uuid", nullable: false),
                index = table.Column<int>(type: "integer", nullable: false),
                status = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                blob_name = table.Column<string>(type: "text", nullable: true),
                content_type = table.Column<string>(type: "text", nullable: true),
                bytes = table.Column<long>(type: "bigint", nullable: true),
                width = table.Column<int>(type: "integer", nullable: true),
                height = table.Column<int>(type: "integer", nullable: true),
                provider = table.Column<string>(type: "text", nullable: false),
                model = table.Column<string>(type: "text", nullable: true),
                usage = table.Column<string>(type: "jsonb", nullable: true),
                provider_job_id = table.Column<string>(type: "text", nullable: true),
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_campaign_images", row => new { row.campaign_id, row.index });
                table.ForeignKey(
                    name: "fk_campaign_images_campaigns",
                    column: row => row.campaign_id,
                    principalTable: "campaigns",
                    principalColumn: "id",
                    onDelete: ReferentialAction.Cascade);
            });

        migrationBuilder.CreateTable(
            name: "campaign_attempts",
            columns: table => new
            {
                campaign_id = table.Column<Guid>(type: "uuid", nullable: false),
                part = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                attempt = table.Column<int>(type: "integer", nullable: false),
                started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                code = table.Column<string>(type: "text", nullable: true),
                message = table.Column<string>(type: "text", nullable: true),
                provider = table.Column<string>(type: "text", nullable: false),
                retry_in_ms = table.Column<long>(type: "bigint", nullable: true),
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_campaign_attempts", row => new { row.campaign_id, row.part, row.attempt });
                table.ForeignKey(
                    name: "fk_campaign_attempts_campaigns",
                    column: row => row.campaign_id,
                    principalTable: "campaigns",
                    principalColumn: "id",
                    onDelete: ReferentialAction.Cascade);
            });

        // No foreign key: it would be checked with every event, and every deletion of a campaign deletes its events too.
        migrationBuilder.CreateTable(
            name: "campaign_events",
            columns: table => new
            {
                id = table.Column<long>(type: "bigint", nullable: false)
                    .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                user_id = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                campaign_id = table.Column<Guid>(type: "uuid", nullable: false),
                type = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                part = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                attempt = table.Column<int>(type: "integer", nullable: false),
                data = table.Column<string>(type: "jsonb", nullable: false),
                at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
            },
            constraints: table => table.PrimaryKey("pk_campaign_events", row => row.id));

        CreateIndexes(migrationBuilder);

        // Every change of a campaign increments its version; readers that wait are notified when it commits.
        migrationBuilder.Sql(
            """
            CREATE FUNCTION campaigns_notify() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                PERFORM pg_notify('atelier_campaigns', NEW.id::text);
                RETURN NULL;
            END $$;
            CREATE TRIGGER campaigns_notify AFTER UPDATE OF version ON campaigns
                FOR EACH ROW EXECUTE FUNCTION campaigns_notify();
            """);
    }

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.DropTable(name: "campaign_events");
        migrationBuilder.DropTable(name: "campaign_attempts");
        migrationBuilder.DropTable(name: "campaign_images");
        migrationBuilder.DropTable(name: "campaigns");
        migrationBuilder.Sql("DROP FUNCTION campaigns_notify();");
    }

    private static void CreateIndexes(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateIndex(
            name: "ix_campaigns_user_id_idempotency_key",
            table: "campaigns",
            columns: ["user_id", "idempotency_key"],
            unique: true,
            filter: "idempotency_key IS NOT NULL");
        migrationBuilder.CreateIndex(
            name: "ix_campaigns_user_id_created_at",
            table: "campaigns",
            columns: ["user_id", "created_at", "id"],
            descending: [false, true, true]);
        migrationBuilder.CreateIndex(
            name: "ix_campaigns_user_id_status_created_at",
            table: "campaigns",
            columns: ["user_id", "status", "created_at", "id"],
            descending: [false, false, true, true]);
        migrationBuilder.CreateIndex(
            name: "ix_campaigns_pending",
            table: "campaigns",
            column: "created_at",
            filter: "status = 'PENDING'");
        // In SQL: the builder could only write the expression with a designer's copy of the whole model beside this migration.
        migrationBuilder.Sql("CREATE INDEX ix_campaigns_prompt_words ON campaigns USING gin (to_tsvector('simple', prompt));");
        migrationBuilder.CreateIndex(
            name: "ix_campaign_events_once",
            table: "campaign_events",
            columns: ["campaign_id", "type", "part", "attempt"],
            unique: true);
        migrationBuilder.CreateIndex(
            name: "ix_campaign_events_user_id_id",
            table: "campaign_events",
            columns: ["user_id", "id"]);
    }
}
