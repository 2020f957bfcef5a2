using Atelier.Http;
using Npgsql;
using NpgsqlTypes;

namespace FunctionApp.Tests.Persistence;

/// <summary>Fills a database with campaigns as after long use: few callers have many, many have few; most are complete.</summary>
internal static class MillionCampaigns
{
    // All but those that a constraint needs.
    private const string Indexes =
        """
        FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
        WHERE relnamespace = 'public'::regnamespace AND relname LIKE ANY ('{campaign%,webhook%,dead_letters}')
            AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
        """;

    // An event a campaign, a delivery of every fourth, and a dead letter of each campaign that failed and of every other delivery.
    private const string EventsAndDeadLetters =
        """
        INSERT INTO campaign_events (id, user_id, campaign_id, type, part, attempt, data, at)
            SELECT row_number() OVER (ORDER BY id), user_id, id, 'campaign.accepted', '', 0, '{"status":"PENDING"}', created_at FROM campaigns;
        INSERT INTO webhooks (id, user_id, url, event_types, secret, created_at)
            SELECT ('01980000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, 'user-' || n % 5000,
                'https://hooks.example.org/' || n, '{campaign.completed}', '\x00', TIMESTAMPTZ '2026-01-01'
            FROM generate_series(0, 9999) AS n;
        INSERT INTO webhook_deliveries (id, webhook_id, user_id, campaign_id, event_id, status, attempts, run, error_code, error_message,
                created_at, due_at, completed_at)
            SELECT gen_random_uuid(), ('01980000-0000-7000-9000-' || lpad(to_hex(id % 10000), 12, '0'))::uuid, user_id, campaign_id, id,
                CASE WHEN id % 8 = 0 THEN 'DEAD' ELSE 'DELIVERED' END, 1, 0, CASE WHEN id % 8 = 0 THEN 'http_500' END, NULL, at, at, at
            FROM campaign_events WHERE id % 4 = 0;
        INSERT INTO dead_letters (id, kind, user_id, campaign_id, error_code, message, at)
            SELECT id, 'CAMPAIGN', user_id, id, CASE WHEN random() < 0.9 THEN 'rate_limited' ELSE 'timeout' END, 'Failed.', completed_at
            FROM campaigns WHERE status = 'FAILED'
            UNION ALL
            SELECT id, 'WEBHOOK', user_id, campaign_id, error_code, 'Failed.', completed_at FROM webhook_deliveries WHERE status = 'DEAD';
        """;

    private const string OfCallers =
        """
        INSERT INTO acknowledgements (user_id, up_to) SELECT 'user-' || n, n FROM generate_series(0, 4999) AS n;
        INSERT INTO caller_days (user_id, day, campaigns) SELECT 'user-' || n, '2026-01-01', n FROM generate_series(0, 4999) AS n;
        INSERT INTO caller_rates (user_id, window_start, requests)
            SELECT 'user-' || n, TIMESTAMPTZ '2026-01-01', n FROM generate_series(0, 4999) AS n;
        INSERT INTO api_keys (id, user_id, is_operator, hash, created_at)
            SELECT lpad(to_hex(n), 16, '0'), 'user-' || n, false, '\x00', TIMESTAMPTZ '2026-01-01' FROM generate_series(0, 4999) AS n;
        INSERT INTO campaign_erasures (campaign_id, due_at)
            SELECT gen_random_uuid(), TIMESTAMPTZ '2100-01-01' FROM generate_series(1, 5000);
        """;

    public static async Task FillAsync(NpgsqlDataSource dataSource, int count)
    {
        await using var connection = await dataSource.OpenConnectionAsync();
        // Indexes made at once at the end cost a fraction of indexes kept up row by row.
        var indexes = await ReadAsync(connection, $"SELECT pg_get_indexdef(indexrelid) {Indexes} ORDER BY indexrelid");
        var names = await ReadAsync(connection, $"SELECT indexrelid::regclass::text {Indexes} ORDER BY indexrelid");
        await RunAsync(connection, "SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = '256MB';");
        foreach (var name in names)
            await RunAsync(connection, $"DROP INDEX {name}");

        await RunAsync(
            connection,
            $$"""
            INSERT INTO campaigns (id, user_id, idempotency_key, request_hash, prompt, status, request, metadata, instance_id, version,
                created_at, updated_at, completed_at, favorite, tags)
            SELECT made.id, CASE WHEN n % 4 = 0 THEN 'user-0' ELSE 'user-' || (n * 7919::bigint) % 5000 END, CASE WHEN n % 10 = 1 THEN 'key-' || n END,
                '\x00'::bytea, 'A campaign about word' || n % 100 || ' and word' || n % 9973,
                (ARRAY['COMPLETE', 'COMPLETE', 'COMPLETE', 'COMPLETE', 'COMPLETE', 'COMPLETE', 'COMPLETE', 'FAILED', 'FAILED', 'CANCELED'])[1 + n % 10],
                '{"images":{"count":1,"size":"1024x1024","quality":"medium","format":"png"},"text":null,"textProvider":"openai","imageProvider":"openai"}',
                '{}', made.id::text, 3, made.at, made.at, made.at, n % 400 = 0, CASE WHEN n % 200 = 0 THEN '{Spring sale}' ELSE '{}' END::text[]
            FROM generate_series(1, {{count}}) AS n,
                LATERAL (SELECT ('01980000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id,
                    TIMESTAMPTZ '2026-01-01' + n / 2 * interval '10 seconds' AS at) AS made;
            """);
        await RunAsync(
            connection,
            """
            INSERT INTO campaign_images (campaign_id, index, status, provider) SELECT id, 0, 'COMPLETE', 'openai' FROM campaigns;
            INSERT INTO campaign_attempts (campaign_id, part, attempt, started_at, ended_at, provider)
                SELECT id, 'image/0', 1, created_at, created_at, 'openai' FROM campaigns;
            """);
        // As the trigger would, which does not run in replica mode; in the order of the key, so that the index only grows at its end.
        await RunAsync(
            connection,
            """
            INSERT INTO campaign_words (owner, period, word, campaign_id)
            SELECT hashtextextended(user_id, 0) AS owner, campaign_period(created_at) AS period, unnest(campaign_words_of(prompt, name, text, tags, favorite)) AS word, id
            FROM campaigns ORDER BY owner, period, word, id
            """);
        await RunAsync(connection, EventsAndDeadLetters);
        await RunAsync(connection, OfCallers);
        foreach (var index in indexes)
            await RunAsync(connection, index);
        await RunAsync(connection, "SELECT campaign_event_rebase()");
        await RunAsync(connection, "ANALYZE");
        // As autovacuum does after so many rows: from then on the index alone is enough to read words.
        await RunAsync(connection, "VACUUM campaign_words");
    }

    /// <summary>The campaign at a position, from 0, in a caller's list, or in the part of it with a text in the prompt and a status.</summary>
    public static async Task<Cursor> FindAsync(NpgsqlDataSource dataSource, string userId, int place, string inPrompt = "", string? status = null)
    {
        await using var command = dataSource.CreateCommand(
            """
            SELECT created_at, id FROM campaigns
            WHERE user_id = $1 AND strpos(prompt, $3) > 0 AND status = coalesce($4, status)
            ORDER BY created_at DESC, id DESC OFFSET $2 LIMIT 1
            """);
        command.Parameters.AddWithValue(userId);
        command.Parameters.AddWithValue(place);
        command.Parameters.AddWithValue(inPrompt);
        command.Parameters.AddWithValue(NpgsqlDbType.Text, (object?)status ?? DBNull.Value);
        await using var row = await command.ExecuteReaderAsync();
        Assert.True(await row.ReadAsync());
        return new Cursor(row.GetFieldValue<DateTimeOffset>(0), row.GetGuid(1));
    }

    private static async Task<List<string>> ReadAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var row = await command.ExecuteReaderAsync();
        var values = new List<string>();
        while (await row.ReadAsync())
            values.Add(row.GetString(0));
        return values;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 };
        await command.ExecuteNonQueryAsync();
    }
}
