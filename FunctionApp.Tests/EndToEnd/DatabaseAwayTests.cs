using System.Net;
using System.Text.Json.Nodes;
using FunctionApp.Tests.Access;
using FunctionApp.Tests.Hosting;
using Npgsql;

namespace FunctionApp.Tests.EndToEnd;

/// <summary>What the host responds while its database takes no connections, and afterwards.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class DatabaseAwayTests(LocalServicesFixture services)
{
    [Fact]
    public async Task Database_Away_ReadyIs503_LiveIs200_AndRequestsAre503WithRetryAfter()
    {
        await using var atelier = new AtelierFixture { PlainPictures = true };
        var api = await atelier.StartAsync(services);

        var before = TimeProvider.System.GetUtcNow();
        await AllowConnectionsAsync(atelier.Database, allow: false);
        using var ready = await api.Http.GetAsync("/api/health/ready");
        using var live = await api.Http.GetAsync("/api/health/live");
        using var list = await api.Http.GetAsync("/api/campaigns");
        await AllowConnectionsAsync(atelier.Database, allow: true);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        var checks = (await CampaignApi.ReadAsync(ready))["checks"]!.AsArray();
        var postgres = checks.Single(check => (string)check!["name"]! == "postgres")!;
        Assert.Equal("failed", (string)postgres["status"]!);
        Assert.InRange((DateTimeOffset)postgres["since"]!, before, TimeProvider.System.GetUtcNow());
        Assert.Equal("ok", (string)checks.Single(check => (string)check!["name"]! == "blobs")!["status"]!);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        await list.AssertProblemAsync(503, "database_unavailable");
        Assert.Equal("5", list.Header("Retry-After"));
        await Eventually.TrueAsync(async () => (await api.Http.GetAsync("/api/health/ready")).StatusCode == HttpStatusCode.OK);
        Assert.Equal("COMPLETE", (string)(await api.EndOfAsync(await api.StartAsync("It works again", images: 0)))["status"]!);
    }

    [Fact]
    public async Task Database_ReadOnly_WritesAre503WithRetryAfter_ReadsWorkAndCampaignsWait()
    {
        await using var atelier = new AtelierFixture { PlainPictures = true, ImageLatency = TimeSpan.FromSeconds(1) };
        var api = await atelier.StartAsync(services);
        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => api.StartAsync($"Campaign {n}", images: 1)));

        await SetReadOnlyAsync(atelier.Database, isReadOnly: true);
        await Eventually.TrueAsync(async () => (await api.Http.GetAsync("/api/health/ready")).StatusCode == HttpStatusCode.ServiceUnavailable);
        using var ready = await api.Http.GetAsync("/api/health/ready");
        using var post = await api.PostAsync(new JsonObject { ["prompt"] = "While it is read-only" });
        using var list = await api.Http.GetAsync("/api/campaigns");
        await SetReadOnlyAsync(atelier.Database, isReadOnly: false);
        var back = TimeProvider.System.GetTimestamp();

        var postgres = (await CampaignApi.ReadAsync(ready))["checks"]!.AsArray().Single(check => (string)check!["name"]! == "postgres")!;
        Assert.Equal(("failed", "read_only"), ((string)postgres["status"]!, (string)postgres["error"]!));
        await post.AssertProblemAsync(503, "database_unavailable");
        Assert.Equal("5", post.Header("Retry-After"));
        Assert.Equal(HttpStatusCode.OK, list.StatusCode);
        foreach (var id in ids)
        {
            Assert.Equal("COMPLETE", (string)(await api.EndOfAsync(id))["status"]!);
        }

        // They go on within 5 s; an image takes one more, and the machine may be busy.
        Assert.InRange(TimeProvider.System.GetElapsedTime(back), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Equal("COMPLETE", (string)(await api.EndOfAsync(await api.StartAsync("It works again", images: 0)))["status"]!);
        Assert.Equal(HttpStatusCode.OK, (await api.Http.GetAsync("/api/health/ready")).StatusCode);
    }

    /// <summary>Makes new sessions of a database read-only by default and ends the existing ones, or makes new sessions writable again.</summary>
    private static async Task SetReadOnlyAsync(string connectionString, bool isReadOnly)
    {
        var database = new NpgsqlConnectionStringBuilder(connectionString).Database!;
        await ExecuteAsync(
            connectionString,
            isReadOnly
                ? $"""
                  ALTER DATABASE {database} SET default_transaction_read_only = on;
                  SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}';
                  """
                : $"ALTER DATABASE {database} RESET default_transaction_read_only");
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, Database = "postgres" };
        await using var source = NpgsqlDataSource.Create(settings.ConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Lets a database accept connections, or closes the existing ones and refuses new ones.</summary>
    internal static async Task AllowConnectionsAsync(string connectionString, bool allow)
    {
        var database = new NpgsqlConnectionStringBuilder(connectionString).Database!;
        await ExecuteAsync(
            connectionString,
            $"""
            ALTER DATABASE {database} ALLOW_CONNECTIONS {allow};
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}' AND NOT {allow};
            """);
    }
}
