using System.Net.Http.Headers;
using System.Text.Json;
using Npgsql;

namespace Benchmarks.Job;

/// <summary>The steps of the reference job, which every engine runs. Each may run twice with the same result.</summary>
public sealed class JobSteps(JobSettings settings) : IAsyncDisposable
{
    private const string InsertRow = "INSERT INTO campaign (id, prompt, status) VALUES ($1, $2, 'PENDING') ON CONFLICT (id) DO NOTHING";

    // A repetition keeps the time at which the job was first complete.
    private const string CompleteRow =
        """
        UPDATE campaign
        SET status = 'COMPLETE', text = $2, image_path = $3, completed_at = coalesce(completed_at, clock_timestamp())
        WHERE id = $1
        """;

    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly NpgsqlDataSource _database = settings.OpenDatabase();
    private readonly HttpClient _provider = new(new SocketsHttpHandler()) { BaseAddress = settings.Provider };

    /// <summary>Inserts the status row.</summary>
    public async Task InsertAsync(JobInput job)
    {
        await using var command = _database.CreateCommand(InsertRow);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = job.Id });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = job.Prompt });
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Asks the provider for the text.</summary>
    /// <returns>About 1,000 characters.</returns>
    public async Task<string> WriteTextAsync(JobInput job)
    {
        using var response = await CallAsync("text", job);
        return response.RootElement.GetProperty("text").GetString()!;
    }

    /// <summary>Asks the provider for the image and writes its 15 KB to a file.</summary>
    /// <returns>The file's path.</returns>
    public async Task<string> DrawImageAsync(JobInput job)
    {
        using var response = await CallAsync("image", job);
        var path = Path.Combine(settings.Images, job.Id + ".png");
        await File.WriteAllBytesAsync(path, response.RootElement.GetProperty("image").GetBytesFromBase64());
        return path;
    }

    /// <summary>Completes the status row.</summary>
    public async Task CompleteAsync(string id, string text, string imagePath)
    {
        await using var command = _database.CreateCommand(CompleteRow);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = text });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = imagePath });
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _provider.Dispose();
        await _database.DisposeAsync();
    }

    private async Task<JsonDocument> CallAsync(string kind, JobInput job)
    {
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(job, JsonSerializerOptions.Web));
        content.Headers.ContentType = Json;
        using var response = await _provider.PostAsync(new Uri(kind, UriKind.Relative), content);
        response.EnsureSuccessStatusCode();
        return await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync());
    }
}
