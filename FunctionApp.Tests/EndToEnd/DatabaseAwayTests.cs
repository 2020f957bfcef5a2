using System.Net;
using FunctionApp.Tests.Access;
using FunctionApp.Tests.Hosting;
using Npgsql;

namespace FunctionApp.Tests.EndToEnd;

/// <summary>What the host responds while its database takes no connections, and afterwards.</summary>
[Collection(LocalServicesCollection.Name)]
public sealed class DatabaseAwayTests(LocalServicesFixture services)
{
    [Fact]
    public async Task Database_Away_ReadyIs503_LiveIs200_AndRequestsAre503WithRetryAfter()
    {
        await using var atelier = new AtelierFixture { PlainPictures = true };
        CampaignApi api = await atelier.StartAsync(services);

        await AllowConnectionsAsync(atelier.Database, allow: false);
        using HttpResponseMessage ready = await api.Http.GetAsync("/api/health/ready");
        using HttpResponseMessage live = await api.Http.GetAsync("/api/health/live");
        using HttpResponseMessage list = await api.Http.GetAsync("/api/campaigns");
        await AllowConnectionsAsync(atelier.Database, allow: true);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        var checks = (await CampaignApi.ReadAsync(ready))["checks"]!.AsArray();
        Assert.Equal("failed", (string)checks.Single(check => (string)check!["name"]! == "postgres")!["status"]!);
        Assert.Equal("ok", (string)checks.Single(check => (string)check!["name"]! == "blobs")!["status"]!);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        await list.AssertProblemAsync(503, "database_unavailable");
        Assert.Equal("5", list.Header("Retry-After"));
        await Eventually.TrueAsync(async () => (await api.Http.GetAsync("/api/health/ready")).StatusCode == HttpStatusCode.OK);
        Assert.Equal("COMPLETE", (string)(await api.EndOfAsync(await api.StartAsync("It works again", images: 0)))["status"]!);
    }

    /// <summary>Lets a database accept connections, or closes the existing ones and refuses new ones.</summary>
    internal static async Task AllowConnectionsAsync(string connectionString, bool allow)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false };
        string database = settings.Database!;
        settings.Database = "postgres";
        await using var source = NpgsqlDataSource.Create(settings.ConnectionString);
        await using NpgsqlCommand command = source.CreateCommand(
            $"""
            ALTER DATABASE {database} ALLOW_CONNECTIONS {allow};
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}' AND NOT {allow};
            """);
        await command.ExecuteNonQueryAsync();
    }
}
