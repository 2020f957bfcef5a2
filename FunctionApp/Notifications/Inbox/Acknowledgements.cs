using Npgsql;

namespace Atelier.Notifications.Inbox;

/// <summary>Up to which event each caller has acknowledged.</summary>
public sealed class Acknowledgements(NpgsqlDataSource dataSource)
{
    /// <summary>The last event that the caller has acknowledged; 0 where it has acknowledged none.</summary>
    public async Task<long> FindAsync(string userId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("SELECT up_to FROM acknowledgements WHERE user_id = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = userId });
        return await command.ExecuteScalarAsync(cancellationToken) as long? ?? 0;
    }

    /// <summary>Acknowledges all of the caller's events up to one; never takes an acknowledgement back.</summary>
    /// <returns>Whether the log has come that far: an event that cannot have been seen is not acknowledged.</returns>
    public async Task<bool> AcknowledgeAsync(string userId, long upTo, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            """
            INSERT INTO acknowledgements AS held (user_id, up_to)
            SELECT $1, $2 WHERE $2 < campaign_event_horizon()
            ON CONFLICT (user_id) DO UPDATE SET up_to = GREATEST(held.up_to, excluded.up_to)
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = userId });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = upTo });
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }
}
