using Npgsql;

namespace FunctionApp.Tests.Persistence;

/// <summary>Fills a database with campaigns as a long life would: few callers have many, many have few; most are complete.</summary>
internal static class MillionCampaigns
{
    public static async Task FillAsync(NpgsqlDataSource dataSource, int count)
    {
        await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync();
        // Indexes made at once at the end cost a fraction of indexes kept up row by row.
        List<string> indexes = await ReadAsync(
            connection,
            """
            SELECT indexdef FROM pg_indexes
            WHERE schemaname = 'public' AND tablename IN ('campaigns', 'campaign_images', 'campaign_attempts') AND indexname NOT LIKE 'pk_%'
            """);
        List<string> names = await ReadAsync(
            connection,
            """
            SELECT indexname FROM pg_indexes
            WHERE schemaname = 'public' AND tablename IN ('campaigns', 'campaign_images', 'campaign_attempts') AND indexname NOT LIKE 'pk_%'
            """);
        await RunAsync(connection, "SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = '256MB';");
        foreach (string name in names)
            await RunAsync(connection, $"DROP INDEX {name}");

        await RunAsync(
            connection,
            $$"""
            INSERT INTO campaigns (id, user_id, idempotency_key, request_hash, prompt, status, request, metadata, instance_id, version,
                created_at, updated_at, completed_at)
            SELECT made.id, CASE WHEN n % 4 = 0 THEN 'user-0' ELSE 'user-' || (n * 7919::bigint) % 5000 END, CASE WHEN n % 10 = 1 THEN 'key-' || n END,
                '\x00'::bytea, 'A campaign about word' || n % 100 || ' and word' || n % 9973,
                (ARRAY['COMPLETE', 'COMPLETE', 'COMPLETE', 'COMPLETE', 'COMPLETE', 'COMPLETE', 'COMPLETE', 'FAILED', 'FAILED', 'CANCELED'])[1 + n % 10],
                '{"images":{"count":1,"size":"1024x1024","quality":"medium","format":"png"},"text":null,"textProvider":"openai","imageProvider":"openai"}',
                '{}', made.id::text, 3, made.at, made.at, made.at
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
        foreach (string index in indexes)
            await RunAsync(connection, index);
        await RunAsync(connection, "ANALYZE");
    }

    /// <summary>The campaign of a caller at a place of its list, counted from 0.</summary>
    public static async Task<(DateTimeOffset CreatedAt, Guid Id)> FindAsync(NpgsqlDataSource dataSource, string userId, int place)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand(
            "SELECT created_at, id FROM campaigns WHERE user_id = $1 ORDER BY created_at DESC, id DESC OFFSET $2 LIMIT 1");
        command.Parameters.AddWithValue(userId);
        command.Parameters.AddWithValue(place);
        await using NpgsqlDataReader row = await command.ExecuteReaderAsync();
        Assert.True(await row.ReadAsync());
        return (row.GetFieldValue<DateTimeOffset>(0), row.GetGuid(1));
    }

    private static async Task<List<string>> ReadAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using NpgsqlDataReader row = await command.ExecuteReaderAsync();
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
