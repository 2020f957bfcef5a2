using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Atelier.Persistence.Migrations;

/// <summary>The words of prompts, by caller and in the order of the list, in place of an index that knows neither.</summary>
[DbContext(typeof(AtelierDbContext))]
[Migration("20261121140000_CampaignWords")]
internal sealed class AddCampaignWords : Migration
{
    /// <summary>The table, filled, and what keeps it.</summary>
    internal const string Words =
        """
        CREATE TABLE campaign_words (
            owner bigint NOT NULL,
            word bigint NOT NULL,
            created_at timestamptz NOT NULL,
            campaign_id uuid NOT NULL
        );

        -- Hashes are short and all of one length, and PostgreSQL keeps them the same over its versions.
        CREATE FUNCTION campaign_words_of(words text) RETURNS bigint[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
            SELECT coalesce(array_agg(hashtextextended(lexeme, 0)), '{}') FROM unnest(tsvector_to_array(to_tsvector('simple', words))) AS lexeme
        $$;

        INSERT INTO campaign_words (owner, word, created_at, campaign_id)
            SELECT hashtextextended(user_id, 0), unnest(campaign_words_of(prompt)), created_at, id FROM campaigns;
        ALTER TABLE campaign_words ADD CONSTRAINT pk_campaign_words PRIMARY KEY (owner, word, created_at, campaign_id);

        -- Owner, prompt and creation of a campaign never change.
        CREATE FUNCTION campaigns_keep_words() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'INSERT' THEN
                INSERT INTO campaign_words (owner, word, created_at, campaign_id)
                    SELECT hashtextextended(NEW.user_id, 0), word, NEW.created_at, NEW.id
                    FROM unnest(campaign_words_of(NEW.prompt)) AS word ORDER BY word;
            ELSE
                DELETE FROM campaign_words
                    WHERE owner = hashtextextended(OLD.user_id, 0) AND word = ANY (campaign_words_of(OLD.prompt))
                        AND created_at = OLD.created_at AND campaign_id = OLD.id;
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER campaigns_keep_words AFTER INSERT OR DELETE ON campaigns
            FOR EACH ROW EXECUTE FUNCTION campaigns_keep_words();
        """;

    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql(Words);
        migrationBuilder.DropIndex("ix_campaigns_prompt_words", "campaigns");
    }

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(
        """
        CREATE INDEX ix_campaigns_prompt_words ON campaigns USING gin (to_tsvector('simple', prompt));
        DROP TRIGGER campaigns_keep_words ON campaigns;
        DROP FUNCTION campaigns_keep_words();
        DROP FUNCTION campaign_words_of(text);
        DROP TABLE campaign_words;
        """);
}
