using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Atelier.Persistence.Migrations;

/// <summary>
/// The words of prompts, names, tags and texts by caller and period, as text, so that their beginnings can be searched; and the search itself
/// (docs/decisions/0102).
/// </summary>
[DbContext(typeof(AtelierDbContext))]
[Migration("20270101091000_WordBeginnings")]
internal sealed class WordBeginnings : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql(DropWords);
        migrationBuilder.Sql(Words);
        migrationBuilder.Sql(Fill);
        migrationBuilder.Sql(KeepWords);
        migrationBuilder.Sql(Search);
    }

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql(
            """
            DROP FUNCTION campaign_search(text, text, text, text, boolean, timestamptz, timestamptz, timestamptz, uuid, integer);
            DROP TRIGGER campaigns_keep_words ON campaigns;
            DROP FUNCTION campaigns_keep_words();
            DROP FUNCTION campaign_words_of(text, text, text, text[]);
            DROP FUNCTION campaign_period(timestamptz);
            DROP TABLE campaign_words;
            """);
        migrationBuilder.Sql(AddCampaignWords.Words);
    }

    private const string DropWords =
        """
        DROP TRIGGER campaigns_keep_words ON campaigns;
        DROP FUNCTION campaigns_keep_words();
        DROP FUNCTION campaign_words_of(text);
        DROP TABLE campaign_words;
        """;

    // A tag as a whole begins with #, as no word does. A longer beginning than 64 characters finds nothing more precisely, and an index entry has its limit.
    private const string Words =
        """
        CREATE TABLE campaign_words (
            owner bigint NOT NULL,
            period integer NOT NULL,
            word text COLLATE "C" NOT NULL,
            campaign_id uuid NOT NULL
        );

        -- Four hours.
        CREATE FUNCTION campaign_period(at timestamptz) RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE AS $$
            SELECT floor(extract(epoch FROM at) / 14400)::integer
        $$;

        CREATE FUNCTION campaign_words_of(prompt text, name text, written text, tags text[]) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
            SELECT coalesce(array_agg(DISTINCT word), '{}') FROM (
                SELECT left(lexeme, 64)
                FROM unnest(tsvector_to_array(to_tsvector('simple', concat_ws(E'\n', prompt, name, left(written, 100000), array_to_string(tags, E'\n'))))) AS lexeme
                UNION ALL
                SELECT '#' || lower(tag) FROM unnest(tags) AS tag) AS found (word)
        $$;
        """;

    private const string Fill =
        """
        INSERT INTO campaign_words (owner, period, word, campaign_id)
            SELECT hashtextextended(user_id, 0), campaign_period(created_at), unnest(campaign_words_of(prompt, name, text, tags)), id FROM campaigns;
        ALTER TABLE campaign_words ADD CONSTRAINT pk_campaign_words PRIMARY KEY (owner, period, word, campaign_id);
        """;

    private const string KeepWords =
        """
        -- Owner, prompt and creation of a campaign never change.
        CREATE FUNCTION campaigns_keep_words() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            had text[] := '{}';
            has text[] := '{}';
        BEGIN
            IF TG_OP <> 'INSERT' THEN
                had := campaign_words_of(OLD.prompt, OLD.name, OLD.text, OLD.tags);
            END IF;
            IF TG_OP <> 'DELETE' THEN
                has := campaign_words_of(NEW.prompt, NEW.name, NEW.text, NEW.tags);
                INSERT INTO campaign_words (owner, period, word, campaign_id)
                    SELECT hashtextextended(NEW.user_id, 0), campaign_period(NEW.created_at), word, NEW.id
                    FROM unnest(has) AS word WHERE word <> ALL (had) ORDER BY word COLLATE "C";
            END IF;
            IF TG_OP <> 'INSERT' THEN
                DELETE FROM campaign_words
                    WHERE owner = hashtextextended(OLD.user_id, 0) AND period = campaign_period(OLD.created_at)
                        AND word = ANY (ARRAY(SELECT word FROM unnest(had) AS word WHERE word <> ALL (has))) AND campaign_id = OLD.id;
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER campaigns_keep_words AFTER INSERT OR DELETE OR UPDATE OF text, name, tags ON campaigns
            FOR EACH ROW EXECUTE FUNCTION campaigns_keep_words();
        """;

    // Periods are taken from the newest backwards, until the page is full: those without a match cost one look into the index each. Within a period the matches
    // are read and sorted; ids have the order of creation. Exact and long words come first, since they are the rarest.
    private const string Search =
        """
        CREATE FUNCTION campaign_search(
            caller text, wanted_words text, wanted_tag text, wanted_status text, wanted_favorite boolean,
            since timestamptz, until timestamptz, latest timestamptz, before uuid, wanted integer)
        RETURNS SETOF uuid LANGUAGE plpgsql STABLE ROWS 100
        SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
        AS $$
        DECLARE
            of_caller CONSTANT bigint := hashtextextended(caller, 0);
            is_filtered CONSTANT boolean := num_nonnulls(wanted_status, wanted_favorite, since, until) > 0;
            lowest text[];
            highest text[];
            newest integer;
            oldest integer;
            matches integer;
        BEGIN
            SELECT array_agg(low ORDER BY low = high DESC, length(low) DESC), array_agg(high ORDER BY low = high DESC, length(low) DESC)
            INTO lowest, highest
            FROM (
                SELECT '#' || lower(wanted_tag), '#' || lower(wanted_tag) WHERE wanted_tag IS NOT NULL
                UNION ALL
                SELECT word, word || chr(1114111) FROM unnest(campaign_words_of(wanted_words, NULL, NULL, '{}')) AS word) AS asked (low, high);
            IF lowest IS NULL OR (wanted_words IS NOT NULL AND cardinality(campaign_words_of(wanted_words, NULL, NULL, '{}')) = 0) THEN
                RETURN;
            END IF;
            newest := (SELECT campaign_period(created_at) FROM campaigns WHERE user_id = caller AND created_at <= latest ORDER BY created_at DESC LIMIT 1);
            oldest := (SELECT campaign_period(created_at) FROM campaigns WHERE user_id = caller AND created_at >= coalesce(since, '-infinity') ORDER BY created_at LIMIT 1);

            WHILE wanted > 0 LOOP
                newest := (
                    SELECT at FROM (SELECT generate_series(newest, oldest, -1) AS at) AS periods
                    WHERE EXISTS (
                            SELECT FROM campaign_words AS kept
                            WHERE kept.owner = of_caller AND kept.period = at AND kept.word BETWEEN lowest[1] AND highest[1])
                        AND (wanted_status IS NULL OR EXISTS (
                            SELECT FROM campaigns AS found WHERE found.user_id = caller AND found.status = wanted_status
                                AND found.created_at >= to_timestamp(at * 14400.0) AND found.created_at < to_timestamp((at + 1) * 14400.0)))
                        AND (wanted_favorite IS NOT TRUE OR EXISTS (
                            SELECT FROM campaigns AS found WHERE found.user_id = caller AND found.favorite
                                AND found.created_at >= to_timestamp(at * 14400.0) AND found.created_at < to_timestamp((at + 1) * 14400.0)))
                    LIMIT 1);
                EXIT WHEN newest IS NULL;

                RETURN QUERY
                    SELECT kept.campaign_id
                    FROM generate_subscripts(lowest, 1) AS n, LATERAL (
                        SELECT DISTINCT each.campaign_id FROM campaign_words AS each
                        WHERE each.owner = of_caller AND each.period = newest AND each.word BETWEEN lowest[n] AND highest[n]) AS kept
                    WHERE before IS NULL OR kept.campaign_id < before
                    GROUP BY kept.campaign_id
                    HAVING count(*) = cardinality(lowest) AND (NOT is_filtered OR EXISTS (
                        SELECT FROM campaigns AS found
                        WHERE found.id = kept.campaign_id AND found.user_id = caller
                            AND (wanted_status IS NULL OR found.status = wanted_status)
                            AND (wanted_favorite IS NULL OR found.favorite = wanted_favorite)
                            AND (since IS NULL OR found.created_at >= since) AND (until IS NULL OR found.created_at < until)))
                    ORDER BY kept.campaign_id DESC
                    LIMIT wanted;
                GET DIAGNOSTICS matches = ROW_COUNT;
                wanted := wanted - matches;
                newest := newest - 1;
            END LOOP;
        END $$;
        """;
}
