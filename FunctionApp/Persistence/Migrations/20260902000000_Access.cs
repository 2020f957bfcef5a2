using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Atelier.Persistence.Migrations;

/// <summary>API keys, and what each caller has used of its limits.</summary>
[DbContext(typeof(AtelierDbContext))]
[Migration("20260902000000_Access")]
internal sealed class AddAccess : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "api_keys",
            columns: table => new
            {
                id = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                user_id = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                is_operator = table.Column<bool>(type: "boolean", nullable: false),
                hash = table.Column<byte[]>(type: "bytea", nullable: false),
                created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                last_used_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                revoked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
            },
            constraints: table => table.PrimaryKey("pk_api_keys", row => row.id));

        // Counters are changed in SQL alone and are no part of the model. A count of the running minute need not outlive a crash of
        // the server, so its table is not logged; every request writes to it, so its pages keep room for the row's next version.
        migrationBuilder.Sql(
            """
            CREATE UNLOGGED TABLE caller_rates (
                user_id varchar(200) PRIMARY KEY,
                window_start timestamptz NOT NULL,
                requests integer NOT NULL
            ) WITH (fillfactor = 50);
            CREATE TABLE caller_days (
                user_id varchar(200) PRIMARY KEY,
                day date NOT NULL,
                campaigns integer NOT NULL
            ) WITH (fillfactor = 50);
            """);
    }

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql("DROP TABLE caller_days; DROP TABLE caller_rates;");
        migrationBuilder.DropTable(name: "api_keys");
    }
}
