using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Atelier.Persistence.Migrations;

/// <summary>Deliveries are claimed by lease, by PostgreSQL's clock; webhooks remember how their receivers fare; a caller has 20 webhooks at most.</summary>
[DbContext(typeof(AtelierDbContext))]
[Migration("20261203090000_DeliveryLeases")]
internal sealed class LeaseDeliveries : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql(
            """
            ALTER TABLE webhooks ADD COLUMN failures integer, ADD COLUMN retry_at timestamptz NOT NULL DEFAULT now();

            DROP INDEX ix_webhook_deliveries_pending;
            ALTER TABLE webhook_deliveries
                DROP COLUMN scheduled_at,
                ADD COLUMN started_at timestamptz NOT NULL DEFAULT now(),
                ADD COLUMN due_at timestamptz NOT NULL DEFAULT now(),
                ADD COLUMN attempts_before integer NOT NULL DEFAULT 0;
            UPDATE webhook_deliveries SET status = 'PENDING' WHERE status = 'SCHEDULED';
            CREATE INDEX ix_webhook_deliveries_pending ON webhook_deliveries (webhook_id, due_at, event_id) WHERE status = 'PENDING';
            """);
        migrationBuilder.Sql(Deliver("now()"));
        migrationBuilder.Sql(Limit);
    }

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql(
            """
            DROP TRIGGER webhooks_limit ON webhooks;
            DROP FUNCTION webhooks_limit();
            """);
        migrationBuilder.Sql(Deliver("NEW.at"));
        migrationBuilder.Sql(
            """
            DROP INDEX ix_webhook_deliveries_pending;
            ALTER TABLE webhook_deliveries
                DROP COLUMN started_at, DROP COLUMN due_at, DROP COLUMN attempts_before, ADD COLUMN scheduled_at timestamptz;
            CREATE INDEX ix_webhook_deliveries_pending ON webhook_deliveries (created_at) WHERE status = 'PENDING';
            CREATE INDEX ix_webhook_deliveries_scheduled ON webhook_deliveries (scheduled_at) WHERE status = 'SCHEDULED';
            ALTER TABLE webhooks DROP COLUMN failures, DROP COLUMN retry_at;
            """);
    }

    // Requests of one caller wait for each other: the count after the lock sees every webhook that was committed before.
    private const string Limit =
        """
        CREATE FUNCTION webhooks_limit() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_advisory_xact_lock(hashtextextended('webhooks of ' || NEW.user_id, 0));
            IF (SELECT count(*) FROM webhooks WHERE user_id = NEW.user_id) >= 20 THEN
                RAISE EXCEPTION 'A caller may have 20 webhooks.' USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_webhooks_limit';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER webhooks_limit BEFORE INSERT ON webhooks FOR EACH ROW EXECUTE FUNCTION webhooks_limit();
        """;

    private static string Deliver(string createdAt) =>
        $$"""
        CREATE OR REPLACE FUNCTION campaign_events_deliver() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO webhook_deliveries (id, webhook_id, user_id, campaign_id, event_id, status, attempts, run, created_at)
            SELECT gen_random_uuid(), id, NEW.user_id, NEW.campaign_id, NEW.id, 'PENDING', 0, 0, {{createdAt}}
            FROM webhooks
            WHERE disabled_at IS NULL AND user_id = NEW.user_id AND (event_types = '{}' OR NEW.type = ANY (event_types));
            RETURN NULL;
        END $$;
        """;
}
