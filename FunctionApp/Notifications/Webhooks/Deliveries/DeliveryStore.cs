using Npgsql;

namespace Atelier.Notifications.Webhooks.Deliveries;

/// <summary>Claims due deliveries and records attempts at them, in batches. All times are PostgreSQL's.</summary>
public sealed class DeliveryStore(NpgsqlDataSource dataSource, WebhookOptions options)
{
    // A receiver whose last attempt succeeded is proven. Others get one message at a time.
    private const int PerProvenReceiver = 4;

    // Longer than an attempt takes: another process claims only deliveries of one that is gone, or that cannot record them.
    private static readonly TimeSpan LeaseMargin = TimeSpan.FromSeconds(15);

    // How long a receiver waits at most after a failure.
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    // OFFSET 0 keeps PostgreSQL from reading all webhooks instead. A pause that is longer than any is from before PostgreSQL's clock was set, and over.
    // The recursion reads one row of the index for each webhook with waiting deliveries, however many of them there are.
    private static readonly string Claim =
        $"""
        WITH RECURSIVE waiting AS (
            (SELECT webhook_id FROM webhook_deliveries WHERE status = 'PENDING' ORDER BY webhook_id LIMIT 1)
            UNION ALL
            SELECT (SELECT webhook_id FROM webhook_deliveries
                    WHERE status = 'PENDING' AND webhook_id > waiting.webhook_id ORDER BY webhook_id LIMIT 1)
            FROM waiting WHERE waiting.webhook_id IS NOT NULL),
        due AS (
            SELECT next.id, next.due_at, receiver.failures IS NOT DISTINCT FROM 0 AS is_proven
            FROM waiting
            CROSS JOIN LATERAL (
                SELECT failures FROM webhooks WHERE id = waiting.webhook_id AND NOT retry_at BETWEEN now() AND now() + 2 * $6 OFFSET 0) AS receiver
            LEFT JOIN unnest($1::uuid[], $2::integer[]) AS busy (webhook_id, attempts) ON busy.webhook_id = waiting.webhook_id
            CROSS JOIN LATERAL (
                SELECT id, due_at FROM webhook_deliveries
                WHERE webhook_id = waiting.webhook_id AND status = 'PENDING' AND due_at <= now()
                ORDER BY due_at, event_id
                LIMIT greatest(0, CASE WHEN receiver.failures = 0 THEN {PerProvenReceiver} ELSE 1 END - coalesce(busy.attempts, 0))
                FOR UPDATE SKIP LOCKED) AS next),
        ranked AS (SELECT id, is_proven, row_number() OVER (PARTITION BY is_proven ORDER BY due_at) AS place FROM due),
        claimed AS (
            UPDATE webhook_deliveries AS delivery SET due_at = now() + $5
            FROM ranked
            WHERE delivery.id = ranked.id AND ranked.place <= CASE WHEN ranked.is_proven THEN $3 ELSE $4 END
            RETURNING delivery.id, delivery.webhook_id, delivery.event_id, delivery.attempts, delivery.attempts_before, delivery.started_at, is_proven)
        SELECT claimed.id, claimed.webhook_id, claimed.attempts, claimed.attempts - claimed.attempts_before, now() - claimed.started_at,
            webhooks.url, webhooks.secret, CASE WHEN webhooks.previous_secret_until > now() THEN webhooks.previous_secret END, webhooks.disabled_at IS NOT NULL, claimed.is_proven, event.*
        FROM claimed
        JOIN webhooks ON webhooks.id = claimed.webhook_id
        CROSS JOIN LATERAL (SELECT {EventLog.Columns} FROM campaign_events WHERE id = claimed.event_id) AS event
        ORDER BY claimed.event_id
        """;

    // An attempt counts once, even if two processes made it. A receiver that fails for the second time in a row and more often is paused.
    private const string Record =
        """
        WITH outcome AS MATERIALIZED (
            SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::integer[], $8::text[], $9::interval[], $10::boolean[], $11::integer[])
                AS outcome (id, webhook_id, attempts, status, code, message, response_status, response_body, delay, counts, duration_ms)),
        recorded AS (
            UPDATE webhook_deliveries AS delivery SET
                attempts = delivery.attempts + 1,
                status = outcome.status,
                error_code = outcome.code,
                error_message = outcome.message,
                response_status = outcome.response_status,
                response_body = outcome.response_body,
                duration_ms = outcome.duration_ms,
                due_at = now() + outcome.delay,
                completed_at = CASE WHEN outcome.status <> 'PENDING' THEN now() END
            FROM outcome
            WHERE delivery.id = outcome.id AND delivery.status = 'PENDING' AND delivery.attempts = outcome.attempts
            RETURNING delivery.id, delivery.user_id, delivery.campaign_id, delivery.status, delivery.error_code, delivery.error_message),
        letters AS (
            INSERT INTO dead_letters (id, kind, user_id, campaign_id, error_code, message, at)
            SELECT id, 'WEBHOOK', user_id, campaign_id, error_code, error_message, now() FROM recorded WHERE status = 'DEAD'
            ON CONFLICT (id) DO NOTHING),
        receiver AS (
            SELECT webhook_id, bool_or(status = 'DELIVERED') AS succeeded, bool_or(response_status = 410) IS TRUE AS is_gone
            FROM outcome WHERE counts GROUP BY webhook_id)
        UPDATE webhooks SET
            failures = CASE WHEN succeeded THEN 0 ELSE coalesce(failures, 0) + 1 END,
            retry_at = CASE WHEN succeeded OR coalesce(failures, 0) = 0 THEN now()
                ELSE now() + make_interval(secs => least($12::float8, $13::float8 * power($14::float8, least(failures, 30) - 1))) END,
            disabled_at = CASE WHEN is_gone THEN coalesce(disabled_at, now()) ELSE disabled_at END
        FROM receiver
        WHERE webhooks.id = receiver.webhook_id AND NOT (succeeded AND failures IS NOT DISTINCT FROM 0 AND NOT is_gone)
        """;

    private const string Release =
        "UPDATE webhook_deliveries SET due_at = now() WHERE id = ANY ($1) AND status = 'PENDING'";

    // A receiver that fails for long is tried too seldom for each of its deliveries to use up its attempts.
    private const string GiveUp =
        """
        WITH dead AS (
            UPDATE webhook_deliveries AS delivery SET
                status = 'DEAD',
                error_code = coalesce(error_code, 'receiver_failing'),
                error_message = coalesce(error_message, 'The receiver has failed for too long.'),
                completed_at = now()
            FROM webhooks
            WHERE webhooks.id = delivery.webhook_id AND webhooks.failures > 0
                AND delivery.status = 'PENDING' AND delivery.due_at <= now() AND delivery.started_at < now() - $1
            RETURNING delivery.id, delivery.user_id, delivery.campaign_id, delivery.error_code, delivery.error_message)
        INSERT INTO dead_letters (id, kind, user_id, campaign_id, error_code, message, at)
        SELECT id, 'WEBHOOK', user_id, campaign_id, error_code, error_message, now() FROM dead
        ON CONFLICT (id) DO NOTHING
        """;

    /// <summary>Claims deliveries that are due, the oldest first: until its lease ends, no other process makes an attempt at one.</summary>
    /// <param name="busy">How many slots of each receiver are taken here.</param>
    /// <param name="proven">How many deliveries to claim for proven receivers.</param>
    /// <param name="others">How many to claim for the others.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    internal async Task<List<ClaimedDelivery>> ClaimAsync(
        IReadOnlyDictionary<Guid, int> busy, int proven, int others, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Claim);
        Add<Guid[]>(command, [.. busy.Keys]);
        Add<int[]>(command, [.. busy.Values]);
        Add(command, proven);
        Add(command, others);
        Add(command, options.Timeout + LeaseMargin);
        Add(command, LongestPause);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var claimed = new List<ClaimedDelivery>();
        while (await row.ReadAsync(cancellationToken))
        {
            claimed.Add(new ClaimedDelivery(
                row.GetGuid(0), row.GetGuid(1), row.GetInt32(2), row.GetInt32(3), row.GetTimeSpan(4), row.GetString(5),
                row.GetFieldValue<byte[]>(6), row.IsDBNull(7) ? null : row.GetFieldValue<byte[]>(7), row.GetBoolean(8), row.GetBoolean(9), EventLog.Read(row, firstColumn: 10)));
        }
        return claimed;
    }

    /// <summary>Records attempts: each delivery's state, dead letters, and how its receiver fares.</summary>
    internal async Task RecordAsync(IReadOnlyList<DeliveryOutcome> outcomes, CancellationToken cancellationToken)
    {
        DeliveryOutcome[] released = [.. outcomes.Where(outcome => outcome.End == DeliveryEnd.Released)];
        DeliveryOutcome[] made = [.. outcomes.Except(released)];
        if (made.Length > 0)
        {
            await using var command = dataSource.CreateCommand(Record);
            AddOutcomes(command, made);
            Add(command, LongestPause.TotalSeconds);
            Add(command, options.Retry.FirstInterval.TotalSeconds);
            Add(command, options.Retry.Backoff);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        if (released.Length > 0)
        {
            await using var command = dataSource.CreateCommand(Release);
            Add<Guid[]>(command, [.. released.Select(outcome => outcome.Delivery.Id)]);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>Makes dead letters of deliveries whose time is up and whose receiver fails.</summary>
    /// <returns>How many.</returns>
    internal async Task<int> GiveUpAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(GiveUp);
        Add(command, options.Retry.Timeout);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void AddOutcomes(NpgsqlCommand command, DeliveryOutcome[] outcomes)
    {
        Add<Guid[]>(command, [.. outcomes.Select(outcome => outcome.Delivery.Id)]);
        Add<Guid[]>(command, [.. outcomes.Select(outcome => outcome.Delivery.WebhookId)]);
        Add<int[]>(command, [.. outcomes.Select(outcome => outcome.Delivery.Attempts)]);
        Add<string[]>(command, [.. outcomes.Select(outcome => outcome.End == DeliveryEnd.None ? "PENDING" : outcome.End.ToString().ToUpperInvariant())]);
        Add<string?[]>(command, [.. outcomes.Select(outcome => outcome.Failure?.Code)]);
        Add<string?[]>(command, [.. outcomes.Select(outcome => outcome.Failure?.Message)]);
        Add<int?[]>(command, [.. outcomes.Select(outcome => (int?)outcome.Response?.Status)]);
        Add<string?[]>(command, [.. outcomes.Select(outcome => outcome.Response?.Body)]);
        Add<TimeSpan[]>(command, [.. outcomes.Select(outcome => outcome.Delay)]);
        Add<bool[]>(command, [.. outcomes.Select(outcome => outcome.CountsForReceiver)]);
        Add<int?[]>(command, [.. outcomes.Select(outcome => (int?)outcome.Response?.Duration.TotalMilliseconds)]);
    }

    private static void Add<T>(NpgsqlCommand command, T value) => command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
}
