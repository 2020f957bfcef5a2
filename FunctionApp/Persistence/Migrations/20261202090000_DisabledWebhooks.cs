using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Atelier.Persistence.Migrations;

/// <summary>A webhook whose receiver has said that it wants no more messages gets no deliveries.</summary>
[DbContext(typeof(AtelierDbContext))]
[Migration("20261202090000_DisabledWebhooks")]
internal sealed class DisableWebhooks : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<DateTimeOffset>(name: "disabled_at", table: "webhooks", type: "timestamp with time zone", nullable: true);
        migrationBuilder.Sql(Deliver("disabled_at IS NULL AND "));
    }

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql(Deliver(""));
        migrationBuilder.DropColumn(name: "disabled_at", table: "webhooks");
    }

    private static string Deliver(string condition) =>
        $$"""
        CREATE OR REPLACE FUNCTION campaign_events_deliver() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO webhook_deliveries (id, webhook_id, user_id, campaign_id, event_id, status, attempts, run, created_at)
            SELECT gen_random_uuid(), id, NEW.user_id, NEW.campaign_id, NEW.id, 'PENDING', 0, 0, NEW.at
            FROM webhooks
            WHERE {{condition}}user_id = NEW.user_id AND (event_types = '{}' OR NEW.type = ANY (event_types));
            RETURN NULL;
        END $$;
        """;
}
