using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Atelier.Persistence.Migrations;

/// <summary>
/// A notification says which version of a campaign there is and where it stands, so that a reader who waits for its end reads once; webhook deliveries
/// have a channel of their own. Rows that change several times have room for that on their page.
/// </summary>
/// <remarks>A process of the version before this does not understand the payload: its readers look every five seconds.</remarks>
[DbContext(typeof(AtelierDbContext))]
[Migration("20261205090000_LeanNotifications")]
internal sealed class LeanNotifications : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(
        """
        ALTER TABLE campaigns SET (fillfactor = 70);
        ALTER TABLE campaign_images SET (fillfactor = 70);
        ALTER TABLE campaign_attempts SET (fillfactor = 80);

        CREATE OR REPLACE FUNCTION campaigns_notify() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('atelier_campaigns', NEW.id || ' ' || NEW.version || ' ' || NEW.status);
            RETURN NULL;
        END $$;

        CREATE OR REPLACE FUNCTION campaign_events_deliver() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO webhook_deliveries (id, webhook_id, user_id, campaign_id, event_id, status, attempts, run, created_at)
            SELECT gen_random_uuid(), id, NEW.user_id, NEW.campaign_id, NEW.id, 'PENDING', 0, 0, now()
            FROM webhooks
            WHERE disabled_at IS NULL AND user_id = NEW.user_id AND (event_types = '{}' OR NEW.type = ANY (event_types));
            IF FOUND THEN
                PERFORM pg_notify('atelier_deliveries', '');
            END IF;
            RETURN NULL;
        END $$;
        """);

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(
        """
        ALTER TABLE campaigns RESET (fillfactor);
        ALTER TABLE campaign_images RESET (fillfactor);
        ALTER TABLE campaign_attempts RESET (fillfactor);

        CREATE OR REPLACE FUNCTION campaigns_notify() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('atelier_campaigns', NEW.id::text);
            IF NEW.status = 'CANCELED' THEN
                PERFORM pg_notify('atelier_stops', NEW.id::text);
            END IF;
            RETURN NULL;
        END $$;

        CREATE OR REPLACE FUNCTION campaign_events_deliver() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO webhook_deliveries (id, webhook_id, user_id, campaign_id, event_id, status, attempts, run, created_at)
            SELECT gen_random_uuid(), id, NEW.user_id, NEW.campaign_id, NEW.id, 'PENDING', 0, 0, now()
            FROM webhooks
            WHERE disabled_at IS NULL AND user_id = NEW.user_id AND (event_types = '{}' OR NEW.type = ANY (event_types));
            RETURN NULL;
        END $$;
        """);
}
