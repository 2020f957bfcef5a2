using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Atelier.Persistence.Migrations;

/// <summary>A replaced secret of a webhook signs for a while; deliveries know how long their last attempt took, and are listed by their events.</summary>
[DbContext(typeof(AtelierDbContext))]
[Migration("20270201090000_WebhookLog")]
internal sealed class AddWebhookLog : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(
        """
        ALTER TABLE webhooks ADD COLUMN previous_secret bytea, ADD COLUMN previous_secret_until timestamptz;
        ALTER TABLE webhook_deliveries ADD COLUMN duration_ms integer;
        CREATE INDEX ix_webhook_deliveries_webhook_id_event_id ON webhook_deliveries (webhook_id, event_id);
        DROP INDEX ix_webhook_deliveries_webhook_id;
        """);

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(
        """
        CREATE INDEX ix_webhook_deliveries_webhook_id ON webhook_deliveries (webhook_id);
        DROP INDEX ix_webhook_deliveries_webhook_id_event_id;
        ALTER TABLE webhook_deliveries DROP COLUMN duration_ms;
        ALTER TABLE webhooks DROP COLUMN previous_secret, DROP COLUMN previous_secret_until;
        """);
}
