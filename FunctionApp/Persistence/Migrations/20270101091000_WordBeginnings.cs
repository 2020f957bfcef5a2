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
            DROP FUNCTION campaign_words_of(text, text, text, text[], boolean);
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

    // A tag as a whole begins with #, as no word does; * is the mark of a favorite. A longer beginning than 64 characters finds nothing more precisely, and an index entry has its limit.
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

        CREATE FUNCTION campaign_words_of(prompt text, name text, written text, tags text[], favorite boolean) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
            SELECT coalesce(array_agg(DISTINCT word), '{}') FROM (
                SELECT left(lexeme, 64)
                FROM unnest(tsvector_to_array(to_tsvector('simple', concat_ws(E'\n', prompt, name, left(written, 100000), array_to_string(tags, E'\n'))))) AS lexeme
                UNION ALL
                SELECT '#' || lower(tag) FROM unnest(tags) AS tag
                UNION ALL
                SELECT '*' WHERE favorite) AS found (word)
        $$;
        """;

    private const string Fill =
        """
        INSERT INTO campaign_words (owner, period, word, campaign_id)
            SELECT hashtextextended(user_id, 0), campaign_period(created_at), unnest(campaign_words_of(prompt, name, text, tags, favorite)), id FROM campaigns;
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
                had := campaign_words_of(OLD.prompt, OLD.name, OLD.text, OLD.tags, OLD.favorite);
            END IF;
            IF TG_OP <> 'DELETE' THEN
                has := campaign_words_of(NEW.prompt, NEW.name, NEW.text, NEW.tags, NEW.favorite);
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
        CREATE TRIGGER campaigns_keep_words AFTER INSERT OR DELETE OR UPDATE OF text, name, tags, favorite ON campaigns
            FOR EACH ROW EXECUTE FUNCTION campaigns_keep_words();
        """;

    // Periods are taken from the newest backwards, until the page is full: those without one of the words cost one or two looks into the index each. Within a
    // period the matches of one word are read, and of the others those that they have in common. Marks and long words come first, since they are the rarest.
    // Ids have the order of creation. Plans are generic: making one costs more than its execution.
    private const string Search =
        """
        CREATE FUNCTION campaign_search(
            caller text, wanted_words text, wanted_tag text, wanted_status text, wanted_favorite boolean,
            since timestamptz, until timestamptz, latest timestamptz, before uuid, wanted integer)
        RETURNS SETOF uuid LANGUAGE plpgsql STABLE ROWS 100
        SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
        AS $$
        DECLARE
            of_caller CONSTANT bigint := hashtextextended(caller, 0);
            words CONSTANT text[] := campaign_words_of(wanted_words, NULL, NULL, '{}', false);
            is_filtered CONSTANT boolean := wanted_status IS NOT NULL OR wanted_favorite = false OR since IS NOT NULL OR until IS NOT NULL;
            lowest text[];
            highest text[];
            newest integer;
            oldest integer;
            ids uuid[];
            matches integer;
        BEGIN
            IF wanted_words IS NOT NULL AND words = '{}' THEN
                RETURN;
            END IF;
            SELECT array_agg(low ORDER BY low = high DESC, length(low) DESC), array_agg(high ORDER BY low = high DESC, length(low) DESC)
            INTO lowest, highest
            FROM (
                SELECT mark, mark FROM unnest(campaign_words_of(NULL, NULL, NULL, array_remove(ARRAY[wanted_tag], NULL), wanted_favorite)) AS mark
                WHERE mark LIKE '#%' OR mark = '*'
                UNION ALL
                SELECT word, word || chr(1114111) FROM unnest(words) AS word) AS asked (low, high);
            newest := (SELECT campaign_period(created_at) FROM campaigns WHERE user_id = caller AND created_at <= latest ORDER BY created_at DESC LIMIT 1);
            oldest := (SELECT campaign_period(created_at) FROM campaigns WHERE user_id = caller AND created_at >= coalesce(since, '-infinity') ORDER BY created_at LIMIT 1);

            WHILE wanted > 0 LOOP
                newest := (
                    SELECT at FROM (SELECT generate_series(newest, oldest, -1) AS at) AS periods
                    WHERE NOT EXISTS (
                            SELECT FROM unnest(lowest, highest) AS asked (low, high)
                            WHERE NOT EXISTS (
                                SELECT FROM campaign_words AS kept
                                WHERE kept.owner = of_caller AND kept.period = at AND kept.word BETWEEN asked.low AND asked.high))
                        AND (wanted_status IS NULL OR EXISTS (
                            SELECT FROM campaigns AS found WHERE found.user_id = caller AND found.status = wanted_status
                                AND found.created_at >= to_timestamp(at * 14400.0) AND found.created_at < to_timestamp((at + 1) * 14400.0)))
                    LIMIT 1);
                EXIT WHEN newest IS NULL;

                ids := ARRAY(
                    SELECT DISTINCT kept.campaign_id FROM campaign_words AS kept
                    WHERE kept.owner = of_caller AND kept.period = newest AND kept.word BETWEEN lowest[1] AND highest[1]
                        AND (before IS NULL OR kept.campaign_id < before));
                FOR n IN 2 .. cardinality(lowest) LOOP
                    EXIT WHEN ids = '{}';
                    ids := ARRAY(
                        SELECT DISTINCT kept.campaign_id FROM campaign_words AS kept
                        WHERE kept.owner = of_caller AND kept.period = newest AND kept.word BETWEEN lowest[n] AND highest[n] AND kept.campaign_id = ANY (ids));
                END LOOP;

                RETURN QUERY
                    -- Sorted before it is filtered, so that the rest of a full page is not looked up.
                    SELECT one.id FROM (SELECT id FROM unnest(ids) AS id ORDER BY id DESC OFFSET 0) AS one
                    WHERE NOT is_filtered OR EXISTS (
                        SELECT FROM campaigns AS found
                        WHERE found.id = one.id AND found.user_id = caller
                            AND (wanted_status IS NULL OR found.status = wanted_status)
                            AND (wanted_favorite IS NULL OR found.favorite = wanted_favorite)
                            AND (since IS NULL OR found.created_at >= since) AND (until IS NULL OR found.created_at < until))
                    ORDER BY one.id DESC LIMIT wanted;
                GET DIAGNOSTICS matches = ROW_COUNT;
                wanted := wanted - matches;
                newest := newest - 1;
            END LOOP;
        END $$;
        """;
}
