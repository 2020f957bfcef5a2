using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Atelier.Persistence.Migrations;

/// <summary>An index behind dead letters of one kind and one error code: few of either may be both.</summary>
[DbContext(typeof(AtelierDbContext))]
[Migration("20261121113000_DeadLetterKinds")]
internal sealed class AddDeadLetterKinds : Migration
{
    private const string Index = "ix_dead_letters_kind_error_code_at";

    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.CreateIndex(name: Index, table: "dead_letters", columns: ["kind", "error_code", "at", "id"]);

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropIndex(name: Index, table: "dead_letters");
}
