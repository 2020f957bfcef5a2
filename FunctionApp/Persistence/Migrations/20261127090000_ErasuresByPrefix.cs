using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Atelier.Persistence.Migrations;

/// <summary>A deleted campaign's orchestrations are found by the campaign's id: how many runs there were need not be kept.</summary>
[DbContext(typeof(AtelierDbContext))]
[Migration("20261127090000_ErasuresByPrefix")]
internal sealed class EraseByPrefix : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.DropColumn(name: "last_run", table: "campaign_erasures");

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) =>
        migrationBuilder.AddColumn<int>(name: "last_run", table: "campaign_erasures", nullable: false, defaultValue: 0);
}
