using System.Data.Common;
using System.Globalization;
using Atelier.Persistence;
using Atelier.Problems;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Atelier.Access.Limits;

/// <summary>How many campaigns a caller may have running and may start in a day, over all instances.</summary>
public sealed class CampaignQuota(AtelierDbContext db, CallerLimits limits)
{
    // When a campaign will end is unknown; most take less than a minute.
    private static readonly TimeSpan RunningRetry = TimeSpan.FromSeconds(10);

    // The upsert's row lock is held until the transaction ends: the count after it sees everything that any instance accepted before.
    private const string Take =
        """
        INSERT INTO caller_days AS held (user_id, day, campaigns) VALUES ($1, (now() AT TIME ZONE 'utc')::date, $2)
        ON CONFLICT (user_id) DO UPDATE SET
            day = GREATEST(held.day, excluded.day),
            campaigns = excluded.campaigns + CASE WHEN held.day >= excluded.day THEN held.campaigns ELSE 0 END
        RETURNING campaigns, EXTRACT(EPOCH FROM (day + 1) - (now() AT TIME ZONE 'utc'))::float8
        """;

    private const string Today =
        """
        SELECT COALESCE((SELECT campaigns FROM caller_days WHERE user_id = $1 AND day = (now() AT TIME ZONE 'utc')::date), 0),
               EXTRACT(EPOCH FROM (now() AT TIME ZONE 'utc')::date + 1 - (now() AT TIME ZONE 'utc'))::float8
        """;

    // Counts no further than the limit, and not at all where there is none. A part that is regenerated counts as a campaign.
    private const string Running =
        """
        SELECT (SELECT count(*) FROM
                (SELECT 1 FROM campaigns WHERE user_id = $1 AND status IN ('PENDING', 'RUNNING') LIMIT $2) AS running)::int
            + (SELECT coalesce(sum(regenerating), 0) FROM campaigns WHERE user_id = $1 AND regenerating > 0 AND $2 > 0)::int
        """;

    /// <summary>Whether callers may have as many as they like.</summary>
    public bool IsUnlimited => limits is { MaxRunning: null, MaxPerDay: null };

    /// <summary>
    /// Reserves room for one more running campaign inside the context's transaction, which must then write that campaign and commit.
    /// Other transactions of the same caller wait until then, so that no race gets past a limit.
    /// </summary>
    /// <param name="caller">Whose campaign it is.</param>
    /// <param name="isNew">Whether it counts for the day too; a campaign that runs again does not.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <returns><see langword="null"/> within the quota; otherwise the 429 to respond with, and the transaction must be rolled back.</returns>
    /// <exception cref="InvalidOperationException">The context has no transaction.</exception>
    public async Task<ApiException?> TakeAsync(Caller caller, bool isNew, CancellationToken cancellationToken)
    {
        if (IsUnlimited)
            return null;
        var transaction = db.Database.CurrentTransaction
            ?? throw new InvalidOperationException("The quota is taken inside the transaction that writes the campaign.");

        var usage = await ReadAsync(caller, Take, isNew ? 1 : 0, transaction, cancellationToken);
        if (limits.MaxRunning is { } maxRunning && usage.Running >= maxRunning)
            return Exceeded("too_many_running", $"A caller may have {Text(maxRunning)} campaigns running at once.", RunningRetry);
        if (isNew && limits.MaxPerDay is { } maxPerDay && usage.Today > maxPerDay)
            return Exceeded("daily_limit", $"A caller may start {Text(maxPerDay)} campaigns a day.", usage.DayEndsIn);
        return null;
    }

    /// <summary>What a caller has used.</summary>
    internal Task<CampaignUsage> ReadAsync(Caller caller, CancellationToken cancellationToken) =>
        ReadAsync(caller, Today, newToday: null, transaction: null, cancellationToken);

    private async Task<CampaignUsage> ReadAsync(
        Caller caller, string day, int? newToday, IDbContextTransaction? transaction, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var batch = new NpgsqlBatch(
                (NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction?)transaction?.GetDbTransaction());
            var ofDay = Add(batch, day, caller);
            if (newToday is { } count)
                ofDay.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count });
            Add(batch, Running, caller).Parameters.Add(new NpgsqlParameter<int> { TypedValue = limits.MaxRunning ?? 0 });

            await using DbDataReader row = await batch.ExecuteReaderAsync(cancellationToken);
            await row.ReadAsync(cancellationToken);
            (var today, var dayEndsIn) = (row.GetInt32(0), row.GetDouble(1));
            await row.NextResultAsync(cancellationToken);
            await row.ReadAsync(cancellationToken);
            return new CampaignUsage(row.GetInt32(0), today, TimeSpan.FromSeconds(dayEndsIn));
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    private static NpgsqlBatchCommand Add(NpgsqlBatch batch, string sql, Caller caller)
    {
        var command = new NpgsqlBatchCommand(sql) { Parameters = { new NpgsqlParameter<string> { TypedValue = caller.UserId } } };
        batch.BatchCommands.Add(command);
        return command;
    }

    private static ApiException Exceeded(string code, string detail, TimeSpan retryAfter) =>
        new(StatusCodes.Status429TooManyRequests, code, detail) { RetryAfter = retryAfter };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What a caller has used of its campaigns.</summary>
/// <param name="Running">How many have not ended, counted no further than the limit; 0 where there is none.</param>
/// <param name="Today">How many were accepted today, UTC, those that were deleted since included.</param>
/// <param name="DayEndsIn">When the next day begins.</param>
internal sealed record CampaignUsage(int Running, int Today, TimeSpan DayEndsIn);
