using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Atelier.Persistence.Migrations;

/// <summary>A part stores which provider it waits for, and until when.</summary>
[DbContext(typeof(AtelierDbContext))]
[Migration("20261204090000_PartWaits")]
internal sealed class PartWaits : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<string>("text_wait", "campaigns", "jsonb", nullable: true);
        migrationBuilder.AddColumn<string>("wait", "campaign_images", "jsonb", nullable: true);
    }

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.DropColumn("text_wait", "campaigns");
        migrationBuilder.DropColumn("wait", "campaign_images");
    }
}
