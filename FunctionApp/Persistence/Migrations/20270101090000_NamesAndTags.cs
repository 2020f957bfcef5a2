using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Atelier.Persistence.Migrations;

/// <summary>Campaigns have names, tags and favorite marks. An update of them goes to those webhooks alone that name its event.</summary>
[DbContext(typeof(AtelierDbContext))]
[Migration("20270101090000_NamesAndTags")]
internal sealed class NamesAndTags : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<string>("name", "campaigns", "character varying(200)", maxLength: 200, nullable: true);
        migrationBuilder.AddColumn<bool>("favorite", "campaigns", "boolean", nullable: false, defaultValue: false);
        migrationBuilder.AddColumn<string[]>("tags", "campaigns", "text[]", nullable: false, defaultValueSql: "'{}'");
        migrationBuilder.CreateIndex(
            name: "ix_campaigns_favorites",
            table: "campaigns",
            columns: ["user_id", "created_at", "id"],
            descending: [false, true, true],
            filter: "favorite");
        migrationBuilder.Sql(Deliver("(event_types = '{}' AND NEW.type <> 'campaign.updated' OR NEW.type = ANY (event_types))"));
    }

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql(Deliver("(event_types = '{}' OR NEW.type = ANY (event_types))"));
        migrationBuilder.DropIndex("ix_campaigns_favorites", "campaigns");
        migrationBuilder.DropColumn("tags", "campaigns");
        migrationBuilder.DropColumn("favorite", "campaigns");
        migrationBuilder.DropColumn("name", "campaigns");
    }

    private static string Deliver(string isWanted) =>
        $$"""
        CREATE OR REPLACE FUNCTION campaign_events_deliver() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO webhook_deliveries (id, webhook_id, user_id, campaign_id, event_id, status, attempts, run, created_at)
            SELECT gen_random_uuid(), id, NEW.user_id, NEW.campaign_id, NEW.id, 'PENDING', 0, 0, now()
            FROM webhooks
            WHERE disabled_at IS NULL AND user_id = NEW.user_id AND {{isWanted}};
            IF FOUND THEN
                PERFORM pg_notify('atelier_deliveries', '');
            END IF;
            RETURN NULL;
        END $$;
        """;
}
