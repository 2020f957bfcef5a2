using Atelier.Persistence.Tables;
using Npgsql;

namespace Atelier.Notifications;

/// <summary>Reads <c>campaign_events</c> in order and without gaps.</summary>
/// <remarks>
/// Transactions commit in another order than they begin, so "everything after the last id" alone loses events. Here an id begins with
/// the number of its transaction, and <c>campaign_event_horizon()</c> is the first id that a transaction still under way may use:
/// below it the log is final. No read goes beyond it, so an id that was read is never preceded by a new one.
/// </remarks>
public sealed class EventLog(NpgsqlDataSource dataSource)
{
    /// <summary>The columns that <see cref="Read"/> reads.</summary>
    internal const string Columns = "id, user_id, campaign_id, type, part, data::text, at";

    /// <summary>The last id below the horizon, used or not: later events have higher ids.</summary>
    public async Task<long> ReadEndAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("SELECT campaign_event_horizon() - 1");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>The events of all callers after <paramref name="after"/>, at most <paramref name="limit"/>.</summary>
    /// <returns>The events, and whether more are there or will be as soon as an older transaction has ended.</returns>
    public async Task<(List<LoggedEvent> Events, bool HasMore)> ReadAllAsync(long after, int limit, CancellationToken cancellationToken)
    {
        // Rows beyond the horizon are read but not returned: they show that another read is due before the next notification.
        await using var command = dataSource.CreateCommand(
            $"SELECT {Columns}, id < campaign_event_horizon() FROM campaign_events WHERE id > $1 ORDER BY id LIMIT $2");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var events = new List<LoggedEvent>();
        while (await row.ReadAsync(cancellationToken))
        {
            if (!row.GetBoolean(7))
                return (events, HasMore: true);
            events.Add(Read(row));
        }
        return (events, HasMore: events.Count == limit);
    }

    /// <summary>The events of one caller after <paramref name="after"/>, at most <paramref name="limit"/>.</summary>
    public Task<List<LoggedEvent>> ReadOfUserAsync(string userId, long after, int limit, CancellationToken cancellationToken) =>
        ReadAsync("user_id = $2", new NpgsqlParameter<string> { TypedValue = userId }, after, limit, cancellationToken);

    /// <summary>The events of one caller after <paramref name="after"/> that are news to the caller, at most <paramref name="limit"/>: what it has changed itself is not.</summary>
    public Task<List<LoggedEvent>> ReadNewsAsync(string userId, long after, int limit, CancellationToken cancellationToken) =>
        ReadAsync($"user_id = $2 AND type <> '{CampaignEventTypes.Updated}'", new NpgsqlParameter<string> { TypedValue = userId }, after, limit, cancellationToken);

    /// <summary>The events of one campaign after <paramref name="after"/>, at most <paramref name="limit"/>.</summary>
    public Task<List<LoggedEvent>> ReadOfCampaignAsync(Guid campaignId, long after, int limit, CancellationToken cancellationToken) =>
        ReadAsync("campaign_id = $2", new NpgsqlParameter<Guid> { TypedValue = campaignId }, after, limit, cancellationToken);

    private async Task<List<LoggedEvent>> ReadAsync(
        string condition, NpgsqlParameter value, long after, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            SELECT {Columns} FROM campaign_events
            WHERE {condition} AND id > $1 AND id < campaign_event_horizon()
            ORDER BY id LIMIT $3
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        command.Parameters.Add(value);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var events = new List<LoggedEvent>();
        while (await row.ReadAsync(cancellationToken))
            events.Add(Read(row));
        return events;
    }

    /// <summary>Reads an event from consecutive columns.</summary>
    internal static LoggedEvent Read(NpgsqlDataReader row, int firstColumn = 0) => new(
        row.GetInt64(firstColumn),
        row.GetString(firstColumn + 1),
        row.GetGuid(firstColumn + 2),
        row.GetString(firstColumn + 3),
        row.GetString(firstColumn + 4),
        row.GetString(firstColumn + 5),
        row.GetFieldValue<DateTimeOffset>(firstColumn + 6));
}
