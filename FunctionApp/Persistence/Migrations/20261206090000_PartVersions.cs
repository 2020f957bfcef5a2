using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Atelier.Persistence.Migrations;

/// <summary>Parts of campaigns that have ended can be regenerated; each part keeps its versions.</summary>
[DbContext(typeof(AtelierDbContext))]
[Migration("20261206090000_PartVersions")]
internal sealed class AddPartVersions : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<int>(
            name: "regenerating",
            table: "campaigns",
            type: "integer",
            nullable: false,
            defaultValue: 0);

        migrationBuilder.AddColumn<int>(
            name: "text_version",
            table: "campaigns",
            type: "integer",
            nullable: false,
            defaultValue: 1);

        migrationBuilder.AddColumn<int>(
            name: "text_versions",
            table: "campaigns",
            type: "integer",
            nullable: false,
            defaultValue: 1);

        migrationBuilder.AddColumn<int>(
            name: "version",
            table: "campaign_images",
            type: "integer",
            nullable: false,
            defaultValue: 1);

        migrationBuilder.AddColumn<int>(
            name: "versions",
            table: "campaign_images",
            type: "integer",
            nullable: false,
            defaultValue: 1);

        migrationBuilder.CreateTable(
            name: "campaign_part_versions",
            columns: table => new
            {
                campaign_id = table.Column<Guid>(type: "uuid", nullable: false),
                part = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                number = table.Column<int>(type: "integer", nullable: false),
                status = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                prompt = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: true),
                provider = table.Column<string>(type: "text", nullable: false),
                model = table.Column<string>(type: "text", nullable: true),
                usage = table.Column<string>(type: "jsonb", nullable: true),
                text = table.Column<string>(type: "text", nullable: true),
                blob_name = table.Column<string>(type: "text", nullable: true),
                content_type = table.Column<string>(type: "text", nullable: true),
                bytes = table.Column<long>(type: "bigint", nullable: true),
                width = table.Column<int>(type: "integer", nullable: true),
                height = table.Column<int>(type: "integer", nullable: true),
                wait = table.Column<string>(type: "jsonb", nullable: true),
                provider_job_id = table.Column<string>(type: "text", nullable: true),
                idempotency_key = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                becomes_current = table.Column<bool>(type: "boolean", nullable: false),
                run = table.Column<int>(type: "integer", nullable: false),
                checked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_campaign_part_versions", x => new { x.campaign_id, x.part, x.number });
                table.ForeignKey(
                    name: "fk_campaign_part_versions_campaigns",
                    column: x => x.campaign_id,
                    principalTable: "campaigns",
                    principalColumn: "id",
                    onDelete: ReferentialAction.Cascade);
            });

        migrationBuilder.CreateIndex(
            name: "ix_campaigns_regenerating",
            table: "campaigns",
            column: "user_id",
            filter: "regenerating > 0");

        migrationBuilder.CreateIndex(
            name: "ix_campaign_part_versions_idempotency_key",
            table: "campaign_part_versions",
            columns: ["campaign_id", "idempotency_key"],
            unique: true,
            filter: "idempotency_key IS NOT NULL");

        migrationBuilder.CreateIndex(
            name: "ix_campaign_part_versions_under_way",
            table: "campaign_part_versions",
            column: "checked_at",
            filter: "ended_at IS NULL");
    }

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.DropTable(
            name: "campaign_part_versions");

        migrationBuilder.DropIndex(
            name: "ix_campaigns_regenerating",
            table: "campaigns");

        migrationBuilder.DropColumn(
            name: "regenerating",
            table: "campaigns");

        migrationBuilder.DropColumn(
            name: "text_version",
            table: "campaigns");

        migrationBuilder.DropColumn(
            name: "text_versions",
            table: "campaigns");

        migrationBuilder.DropColumn(
            name: "version",
            table: "campaign_images");

        migrationBuilder.DropColumn(
            name: "versions",
            table: "campaign_images");
    }
}
