using Atelier.Generation;
using Atelier.Persistence.Tables;
using Npgsql;
using NpgsqlTypes;

namespace Atelier.Persistence;

/// <summary>
/// The statements that every campaign needs: it is accepted, each of its parts begins and is completed, the last of them completes the campaign. One
/// statement a change: it locks, checks, writes the rows and adds the events, for <see cref="GroupCommit"/>.
/// </summary>
/// <remarks>
/// A campaign that is locked by another transaction, or not in the expected state, gives no row and is not changed: the caller then does the same through
/// <see cref="CampaignUpdater"/>, which waits for the lock and knows every state. Times are <c>clock_timestamp()</c>: a group begins before its locks are
/// taken.
/// </remarks>
internal static class CampaignStatements
{
    private const string Lock = "id, user_id, run, status, date_trunc('milliseconds', clock_timestamp()) AS at FROM campaigns";

    // Events of one statement are added in the order of their ordinals, so that their ids have it too.
    private const string AddEvents =
        "INSERT INTO campaign_events (user_id, campaign_id, type, part, attempt, data, at) SELECT user_id, id, type, part, attempt, data::jsonb, at FROM";

    private const string AddAttempt =
        "INSERT INTO campaign_attempts (campaign_id, part, attempt, started_at, provider)";

    // An attempt that was open when its process died takes its number again.
    private const string OrReopen =
        """
        ON CONFLICT (campaign_id, part, attempt) DO UPDATE SET started_at = excluded.started_at WHERE campaign_attempts.ended_at IS NULL
        """;

    private const string AcceptSql =
        $"""
        WITH c AS (
            INSERT INTO campaigns (id, user_id, idempotency_key, request_hash, prompt, status, request, text_status, metadata, instance_id, version, created_at, updated_at, name, tags)
            VALUES ($1, $2, $3, $4, $5, 'PENDING', $6, $7, $8, $9, 1, $10, $10, $14, $15)
            ON CONFLICT (user_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
            RETURNING id, user_id),
        i AS (
            INSERT INTO campaign_images (campaign_id, index, status, provider)
            SELECT c.id, number, 'PENDING', $11 FROM c, generate_series(0, $12 - 1) AS number),
        e AS ({AddEvents} (SELECT *, '{CampaignEventTypes.Accepted}' AS type, '' AS part, 0 AS attempt, $13 AS data, $10 AS at FROM c) AS event)
        SELECT id FROM c
        """;

    private const string StartedEvent =
        $$"""
        SELECT c.*, '{{CampaignEventTypes.Started}}' AS type, '' AS part, c.run AS attempt, '{"status":"RUNNING"}' AS data
        """;

    private const string BeginTextSql =
        $"""
        WITH c AS MATERIALIZED (
            SELECT {Lock} WHERE id = $1 AND run = $2 AND status IN ('PENDING', 'RUNNING') AND text_status = 'PENDING' FOR NO KEY UPDATE SKIP LOCKED),
        u AS (
            UPDATE campaigns SET status = 'RUNNING', text_status = 'RUNNING', text_wait = NULL, version = version + 1, updated_at = c.at
            FROM c WHERE campaigns.id = c.id
            RETURNING prompt, request, request ->> 'textProvider' AS provider),
        a AS ({AddAttempt} SELECT c.id, 'text', 1, c.at, u.provider FROM c, u {OrReopen}),
        e AS ({AddEvents} ({StartedEvent} FROM c WHERE c.status = 'PENDING') AS event)
        SELECT prompt, request, provider FROM u
        """;

    private const string BeginImageSql =
        $"""
        WITH c AS MATERIALIZED (
            SELECT {Lock} WHERE id = $1 AND run = $2 AND status IN ('PENDING', 'RUNNING') FOR NO KEY UPDATE SKIP LOCKED),
        i AS (
            UPDATE campaign_images SET status = 'RUNNING', wait = NULL
            FROM c WHERE campaign_id = c.id AND index = $3 AND campaign_images.status = 'PENDING'
            RETURNING provider),
        u AS (
            UPDATE campaigns SET status = 'RUNNING', version = version + 1, updated_at = c.at
            FROM c, i WHERE campaigns.id = c.id
            RETURNING prompt, request),
        a AS ({AddAttempt} SELECT c.id, 'image/' || $3, 1, c.at, i.provider FROM c, i {OrReopen}),
        e AS ({AddEvents} ({StartedEvent} FROM c, i WHERE c.status = 'PENDING') AS event)
        SELECT u.prompt, u.request, i.provider FROM u, i
        """;

    private const string EndAttempt =
        "UPDATE campaign_attempts SET ended_at = c.at FROM c WHERE campaign_id = c.id AND part = $2 AND attempt = $3 AND ended_at IS NULL";

    private const string End = "status = CASE WHEN d.done THEN 'COMPLETE' ELSE u.status END, completed_at = CASE WHEN d.done THEN c.at END, version = version + 1, updated_at = c.at";

    private const string CompleteTextSql =
        $$"""
        WITH c AS MATERIALIZED (
            SELECT {{Lock}} WHERE id = $1 AND status IN ('PENDING', 'RUNNING') AND text_status <> 'COMPLETE' FOR NO KEY UPDATE SKIP LOCKED),
        d AS (SELECT NOT EXISTS (SELECT 1 FROM campaign_images WHERE campaign_id = $1 AND status <> 'COMPLETE') AS done),
        u AS (
            UPDATE campaigns AS u SET text = $9, text_status = 'COMPLETE', text_provider = $6, text_model = $7, text_usage = $8, {{End}}
            FROM c, d WHERE u.id = c.id
            RETURNING u.status),
        a AS ({{EndAttempt}}),
        e AS ({{AddEvents}} (
            SELECT c.*, '{{CampaignEventTypes.TextCompleted}}' AS type, $2 AS part, $4 AS attempt, $5 AS data, 1 AS ordinal FROM c, u
            UNION ALL
            SELECT c.*, '{{CampaignEventTypes.Completed}}', '', c.run, '{"status":"COMPLETE","error":null}', 2 FROM c, u WHERE u.status = 'COMPLETE'
            ORDER BY ordinal) AS event)
        SELECT status FROM u
        """;

    private const string CompleteImageSql =
        $$"""
        WITH c AS MATERIALIZED (
            SELECT {{Lock}} WHERE id = $1 AND status IN ('PENDING', 'RUNNING') FOR NO KEY UPDATE SKIP LOCKED),
        i AS (
            UPDATE campaign_images SET status = 'COMPLETE', provider = $6, model = $7, usage = $8, blob_name = $9, content_type = $10, bytes = $11, width = $12, height = $13
            FROM c WHERE campaign_id = c.id AND index = $14 AND campaign_images.status <> 'COMPLETE'
            RETURNING campaign_id),
        d AS (
            SELECT coalesce(text_status, 'COMPLETE') = 'COMPLETE'
                AND NOT EXISTS (SELECT 1 FROM campaign_images WHERE campaign_id = $1 AND index <> $14 AND status <> 'COMPLETE') AS done
            FROM campaigns WHERE id = $1),
        u AS (
            UPDATE campaigns AS u SET {{End}}
            FROM c, d, i WHERE u.id = c.id
            RETURNING u.status),
        a AS ({{EndAttempt}} AND EXISTS (SELECT 1 FROM i)),
        e AS ({{AddEvents}} (
            SELECT c.*, '{{CampaignEventTypes.ImageCompleted}}' AS type, $2 AS part, $4 AS attempt, $5 AS data, 1 AS ordinal FROM c, u
            UNION ALL
            SELECT c.*, '{{CampaignEventTypes.Completed}}', '', c.run, '{"status":"COMPLETE","error":null}', 2 FROM c, u WHERE u.status = 'COMPLETE'
            ORDER BY ordinal) AS event)
        SELECT status FROM u
        """;

    /// <summary>Adds a campaign with its images and its first event; gives a row unless the caller has used its idempotency key.</summary>
    public static NpgsqlBatchCommand Accept(Campaign campaign) => new(AcceptSql)
    {
        Parameters =
        {
            Of(campaign.Id), Of(campaign.UserId), Of(campaign.IdempotencyKey), Of(campaign.RequestHash), Of(campaign.Prompt), Json(campaign.Request),
            Of(campaign.TextStatus?.ToText()), Json(campaign.Metadata), Of(campaign.InstanceId), Of(campaign.CreatedAt),
            Of(campaign.Request.ImageProvider), Of(campaign.Request.Images.Count), Of(CampaignChange.DataOf(new { status = campaign.Status.ToText() })),
            Of(campaign.Name), Of(campaign.Tags),
        },
    };

    /// <summary>Begins the first attempt at a part that is pending; gives prompt, request and provider.</summary>
    /// <param name="campaignId">The campaign.</param>
    /// <param name="run">The run that must be the campaign's current one.</param>
    /// <param name="image">Index of the image; <see langword="null"/> for the text.</param>
    public static NpgsqlBatchCommand Begin(Guid campaignId, int run, int? image) => image is { } index
        ? new(BeginImageSql) { Parameters = { Of(campaignId), Of(run), Of(index) } }
        : new(BeginTextSql) { Parameters = { Of(campaignId), Of(run) } };

    /// <summary>Completes a part, and the campaign if all else is complete; gives the campaign's status.</summary>
    /// <param name="call">The attempt that has made it.</param>
    /// <param name="run">The attempt's run.</param>
    /// <param name="result">What it has made.</param>
    public static NpgsqlBatchCommand Complete(GenerationCall call, int run, PartResult result)
    {
        NpgsqlBatchCommand command = result switch
        {
            TextResult text => new(CompleteTextSql) { Parameters = { Of(text.Content) } },
            ImageResult image => new(CompleteImageSql)
            {
                Parameters = { Of(image.BlobName), Of(image.ContentType), Of(image.Bytes), Of(image.Width), Of(image.Height), Of(image.Index) },
            },
            _ => throw new ArgumentException("It is neither a text nor an image.", nameof(result)),
        };
        NpgsqlParameter[] common =
        [
            Of(call.CampaignId), Of(call.Part), Of(call.Attempt), Of(run),
            Of(CampaignChange.DataOf(PartCompleted.By(call))), Of(result.Provider), Of(result.Model), Json(result.Usage),
        ];
        for (var i = 0; i < common.Length; i++)
            command.Parameters.Insert(i, common[i]);
        return command;
    }

    private static NpgsqlParameter<Guid> Of(Guid value) => new() { TypedValue = value };

    private static NpgsqlParameter<int> Of(int value) => new() { TypedValue = value };

    private static NpgsqlParameter<long> Of(long value) => new() { TypedValue = value };

    private static NpgsqlParameter<DateTimeOffset> Of(DateTimeOffset value) => new() { TypedValue = value };

    private static NpgsqlParameter<byte[]> Of(byte[] value) => new() { TypedValue = value };

    private static NpgsqlParameter<string[]> Of(string[] value) => new() { TypedValue = value };

    private static NpgsqlParameter Of(int? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer };

    private static NpgsqlParameter Of(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private static NpgsqlParameter Json<T>(T? value) =>
        new() { Value = value is null ? DBNull.Value : ColumnTypes.Write(value), NpgsqlDbType = NpgsqlDbType.Jsonb };
}
