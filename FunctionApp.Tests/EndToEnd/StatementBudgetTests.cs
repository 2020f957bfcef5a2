using System.Globalization;
using FunctionApp.Tests.Hosting;
using Npgsql;

namespace FunctionApp.Tests.EndToEnd;

/// <summary>What a campaign costs PostgreSQL, from the POST to the response that shows its end: what creeps back is noticed.</summary>
[Collection(QuietCollection.Name)]
public sealed class StatementBudgetTests(LocalServicesFixture services)
{
    // Enough that a timer's statements in between make no difference.
    private const int Campaigns = 10;

    // What runs whether there is a campaign or not.
    private const string Statements =
        """
        SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements JOIN pg_database ON pg_database.oid = dbid
        WHERE datname = current_database() AND toplevel AND query !~* 'heartbeat|webhook_deliveries|owner is null|embedded_host|FROM campaigns AS'
        """;

    [Theory]
    [InlineData("One text", 0, 11)]
    [InlineData("A text and an image", 1, 14)]
    [InlineData("A text and five images", 5, 32)]
    [InlineData("A retry [[fault: text 429 retry-after-ms=50]]", 1, 35)]
    public async Task Campaign_TakesNoMoreThanItsBudget(string prompt, int images, int budget)
    {
        var connectionString = await services.CreateDatabaseAsync();
        await using var database = NpgsqlDataSource.Create(connectionString);
        await using (var watch = database.CreateCommand(
            "CREATE EXTENSION pg_stat_statements; DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET pg_stat_statements.track = top', current_database()); END $$"))
        {
            await watch.ExecuteNonQueryAsync();
        }
        await using var atelier = new AtelierFixture { PlainPictures = true, MoreSettings = { ["ConnectionStrings__Postgres"] = connectionString } };
        var api = await atelier.StartAsync(services);
        await MakeAsync(api, prompt, images);

        var before = await CountAsync(database);
        for (var n = 0; n < Campaigns; n++)
            await MakeAsync(api, prompt, images);

        var each = (double)(await CountAsync(database) - before) / Campaigns;
        Assert.True(each <= budget, string.Create(CultureInfo.InvariantCulture, $"A campaign took {each} statements, not {budget}."));
    }

    private static async Task MakeAsync(CampaignApi api, string prompt, int images)
    {
        var id = await api.StartAsync(prompt, images);
        var campaign = await CampaignApi.ReadAsync(await api.Http.GetAsync($"/api/campaigns/{id}?wait=60&until=ended"));
        Assert.Equal("COMPLETE", (string)campaign["status"]!);
    }

    private static async Task<long> CountAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand(Statements);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
