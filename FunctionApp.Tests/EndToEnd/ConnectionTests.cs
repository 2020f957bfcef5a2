using System.Globalization;
using System.Text.Json.Nodes;
using Atelier.Configuration;
using Atelier.Persistence;
using DurableTask.PostgreSQL.Tests.Infrastructure;
using FunctionApp.Tests.Access;
using FunctionApp.Tests.Hosting;
using Npgsql;

namespace FunctionApp.Tests.EndToEnd;

/// <summary>A process with far fewer connections to PostgreSQL than requests and activities.</summary>
[Collection(QuietCollection.Name)]
public sealed class ConnectionTests(LocalServicesFixture services)
{
    // What a client sees as well as the five seconds: the way to the host and back, on a busy machine.
    private static readonly TimeSpan WithinFiveSeconds = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task FewConnections_ManyCampaigns_AllAreAcceptedAndComplete()
    {
        await using var atelier = new AtelierFixture { PlainPictures = true };
        await atelier.StartAsync(services);
        await using var host = await atelier.StartAnotherAsync(new Dictionary<string, string>
        {
            ["ConnectionStrings__Postgres"] = $"{atelier.ConnectionString};Maximum Pool Size=3",
        });
        using var http = new HttpClient { BaseAddress = host.Address };
        var api = new CampaignApi(http);

        var ids = await Task.WhenAll(Enumerable.Range(0, 40).Select(n => api.StartAsync($"Campaign {n}", images: 2)));

        JsonNode[] ends = await Task.WhenAll(ids.Select(id => api.EndOfAsync(id)));
        Assert.All(ends, end => Assert.Equal("COMPLETE", (string)end["status"]!));
        Assert.All(ends, end => Assert.Empty(end["failedAttempts"]!.AsArray()));
    }

    [Theory]
    [InlineData("ALTER DATABASE {0} CONNECTION LIMIT 20", "the database allows 20")]
    [InlineData("ALTER ROLE {1} CONNECTION LIMIT 25", "the role allows 25")]
    public async Task Start_PoolsCanNeverFit_IsRefusedInOneLine(string limit, string named)
    {
        var settings = await SettingsAsync(limit);

        var (exitCode, output) = await HostProcess.RunOnFreePortAsync(settings);

        Assert.Equal(1, exitCode);
        var line = Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("up to 30 connections to PostgreSQL (Maximum Pool Size=20, and 10 of the host)", line, StringComparison.Ordinal);
        Assert.Contains(named, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_FewerConnectionsAreFreeThanThePoolsHave_IsALineInTheLog()
    {
        var settings = await SettingsAsync("ALTER DATABASE {0} CONNECTION LIMIT 32");
        await using var busy = NpgsqlDataSource.Create(settings["ConnectionStrings__Postgres"]);
        await using var one = await busy.OpenConnectionAsync();
        await using var two = await busy.OpenConnectionAsync();
        await using var three = await busy.OpenConnectionAsync();

        await using var host = await HostProcess.StartAsync(settings);

        Assert.Contains("up to 30 connections to PostgreSQL, but the database has 29 of 32 free now", host.Output, StringComparison.Ordinal);
        Assert.Equal(0, await host.StopAsync());
    }

    [Fact]
    public async Task Start_PoolerInTransactionMode_IsRefusedInOneLineThatSaysWhatToDo()
    {
        var settings = await SettingsAsync(limit: null);
        await using var bouncer = await PgBouncer.StartAsync(settings["ConnectionStrings__Postgres"], "transaction");
        settings["ConnectionStrings__Postgres"] = $"{bouncer.ConnectionString};Max Auto Prepare=0";

        var (exitCode, output) = await HostProcess.RunOnFreePortAsync(settings);

        Assert.Equal(1, exitCode);
        Assert.Contains("give the host and port of PostgreSQL itself", Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("session", false)]
    [InlineData("transaction", true)]
    public async Task Sessions_OverAPooler_AreRefusedOnlyWhereTheyChange(string mode, bool isRefused)
    {
        await using var bouncer = await PgBouncer.StartAsync(await services.CreateDatabaseAsync(), mode);
        await using var source = NpgsqlDataSource.Create(bouncer.ConnectionString);

        var refusal = await Record.ExceptionAsync(() => ConnectionCheck.CheckSessionsAsync(source));

        Assert.Equal(isRefused, refusal is SettingException);
    }

    [Fact]
    public async Task Request_EveryConnectionIsBusy_Is503WithinFiveSeconds()
    {
        await using var atelier = new AtelierFixture { PlainPictures = true };
        await atelier.StartAsync(services);
        await using var host = await atelier.StartAnotherAsync(new Dictionary<string, string>
        {
            ["ConnectionStrings__Postgres"] = $"{atelier.ConnectionString};Maximum Pool Size=3",
        });
        using var http = new HttpClient { BaseAddress = host.Address };
        await using var source = NpgsqlDataSource.Create(atelier.ConnectionString);
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var locking = new NpgsqlCommand("LOCK TABLE campaigns IN ACCESS EXCLUSIVE MODE", connection))
            await locking.ExecuteNonQueryAsync();

        var responses = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            var start = TimeProvider.System.GetTimestamp();
            var response = await http.GetAsync("/api/campaigns");
            return (Response: response, Elapsed: TimeProvider.System.GetElapsedTime(start));
        }));
        await transaction.RollbackAsync();

        foreach (var (response, elapsed) in responses)
        {
            using (response)
            {
                await response.AssertProblemAsync(503, "database_unavailable");
                Assert.Equal("5", response.Header("Retry-After"));
                Assert.InRange(elapsed, TimeSpan.Zero, WithinFiveSeconds);
            }
        }
    }

    [Fact]
    public async Task Post_PostgreSqlAcceptsConnectionsAndNeverResponds_Is503WithinFiveSeconds_AndAcceptedCampaignsGoOn()
    {
        await using var atelier = new AtelierFixture { PlainPictures = true, ImageLatency = TimeSpan.FromSeconds(1) };
        await atelier.StartAsync(services);
        using var link = new Link(atelier.ConnectionString);
        await using var host = await atelier.StartAnotherAsync(new Dictionary<string, string> { ["ConnectionStrings__Postgres"] = link.ConnectionString });
        using var http = new HttpClient { BaseAddress = host.Address };
        var api = new CampaignApi(http);
        var id = await api.StartAsync("Made before", images: 1);
        link.SwallowResponses();

        // The first finds connections that were open before; the second has to open one.
        for (var n = 0; n < 2; n++)
        {
            var start = TimeProvider.System.GetTimestamp();
            using var response = await api.PostAsync(new JsonObject { ["prompt"] = "While nothing responds" });
            Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, WithinFiveSeconds);
            await response.AssertProblemAsync(503, "database_unavailable");
            Assert.Equal("5", response.Header("Retry-After"));
        }

        link.Cut();
        link.Mend();
        Assert.Equal("COMPLETE", (string)(await api.EndOfAsync(id))["status"]!);
    }

    /// <summary>The settings of a host on a database of its own, as a role that is no superuser.</summary>
    private async Task<Dictionary<string, string>> SettingsAsync(string? limit)
    {
        var admin = new NpgsqlConnectionStringBuilder(await services.CreateDatabaseAsync());
        var role = $"{admin.Database}_role";
        await using var source = NpgsqlDataSource.Create($"{admin.ConnectionString};Pooling=false");
        await using var create = source.CreateCommand(
            $"""
            CREATE ROLE {role} LOGIN PASSWORD '{admin.Password}';
            ALTER DATABASE {admin.Database} OWNER TO {role};
            {(limit is null ? string.Empty : string.Format(CultureInfo.InvariantCulture, limit, admin.Database, role))};
            """);
        await create.ExecuteNonQueryAsync();
        return new Dictionary<string, string>
        {
            ["ConnectionStrings__Postgres"] = new NpgsqlConnectionStringBuilder
            {
                Host = admin.Host,
                Port = admin.Port,
                Database = admin.Database,
                Username = role,
                Password = admin.Password,
            }.ConnectionString,
            ["AzureWebJobsStorage"] = services.StorageConnectionString,
        };
    }
}
