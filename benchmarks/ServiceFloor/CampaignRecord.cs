using Npgsql;

namespace Benchmarks.ServiceFloor;

/// <summary>The record in PostgreSQL: one statement a change, each with its event.</summary>
internal sealed class CampaignRecord(NpgsqlDataSource database) : IAsyncDisposable
{
    public Task PrepareAsync() => ExecuteAsync(
        """
        CREATE TABLE IF NOT EXISTS campaign (id uuid PRIMARY KEY, caller text NOT NULL, idempotency_key text, prompt text NOT NULL, status text NOT NULL DEFAULT 'RUNNING',
            text text, blob_name text, bytes integer, created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (caller, idempotency_key)) WITH (fillfactor = 60);
        CREATE TABLE IF NOT EXISTS event (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, campaign_id uuid NOT NULL, type text NOT NULL, at timestamptz NOT NULL DEFAULT now());
        CREATE INDEX IF NOT EXISTS event_campaign_id ON event (campaign_id)
        """);

    public Task AcceptAsync(Guid id, string? key, string prompt) => ChangeAsync(
        "INSERT INTO campaign (id, caller, idempotency_key, prompt) VALUES ($1, 'local', $2, $3)", "accepted", id, (object?)key ?? DBNull.Value, prompt);

    public Task CompleteTextAsync(Guid id, string text) =>
        ChangeAsync("UPDATE campaign SET text = $2, updated_at = now() WHERE id = $1", "text", id, text);

    public Task CompleteImageAsync(Guid id, string blobName, int bytes) =>
        ChangeAsync("UPDATE campaign SET blob_name = $2, bytes = $3, updated_at = now() WHERE id = $1", "image", id, blobName, bytes);

    public Task EndAsync(Guid id, string status) =>
        ChangeAsync("UPDATE campaign SET status = $2, updated_at = now() WHERE id = $1", "ended", id, status);

    public async Task<object?> FindAsync(Guid id)
    {
        await using var command = database.CreateCommand("SELECT status, prompt, text, blob_name, bytes, created_at, updated_at FROM campaign WHERE id = $1");
        command.Parameters.AddWithValue(id);
        await using var row = await command.ExecuteReaderAsync();
        if (!await row.ReadAsync())
            return null;
        return new
        {
            id,
            status = row.GetString(0),
            prompt = row.GetString(1),
            text = row.IsDBNull(2) ? null : row.GetString(2),
            image = row.IsDBNull(3) ? null : new { name = row.GetString(3), bytes = row.GetInt32(4) },
            createdAt = row.GetDateTime(5),
            updatedAt = row.GetDateTime(6),
        };
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();

    private Task ChangeAsync(string statement, string type, params object[] values) => ExecuteAsync(
        $"WITH changed AS ({statement} RETURNING id) INSERT INTO event (campaign_id, type) SELECT id, '{type}' FROM changed", values);

    private async Task ExecuteAsync(string statement, params object[] values)
    {
        await using var command = database.CreateCommand(statement);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync();
    }
}

/// <summary>The body of a POST.</summary>
internal sealed record NewCampaign(string Prompt);
