using Atelier.Access;
using Atelier.Campaigns;
using Atelier.Campaigns.Http;
using Atelier.Http;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using FunctionApp.Tests.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Npgsql;

namespace FunctionApp.Tests.Persistence;

/// <summary>The plans of the requests' queries with a million campaigns.</summary>
[Collection(QuietCollection.Name)]
public sealed class QueryPlanTests(LocalServicesFixture services, MillionDatabase million) : IClassFixture<MillionDatabase>
{
    private const int PageSize = 100;
    private static readonly Caller Busy = new("user-0");

    [Fact]
    public async Task EveryQueryOfARequest_AtAMillionCampaigns_UsesAnIndex_AndNoPageCostsMoreThanTheFirst()
    {
        var database = await million.StartAsync(services);
        var recorder = new CommandRecorder();
        await using var db = recorder.NewContext(database.DataSource);
        var queries = new CampaignQueries(db);

        var page = await queries.ListAsync(Busy, Query(), CancellationToken.None);
        var id = page[0].Id;
        await queries.LoadPartsAsync(page, CancellationToken.None);
        await queries.ListAsync(Busy, Query(("status", "COMPLETE")), CancellationToken.None);
        await queries.ListAsync(Busy, Query(("status", "FAILED"), ("cursor", CursorOf(page[^1]))), CancellationToken.None);
        await queries.ListAsync(Busy, Query(("q", "word4711")), CancellationToken.None);
        await queries.ListAsync(Busy, Query(("q", "campaign")), CancellationToken.None);
        await queries.ListAsync(Busy, Query(("q", "campaign word17"), ("status", "COMPLETE"), ("cursor", CursorOf(page[^1]))), CancellationToken.None);
        await queries.ListAsync(Busy, Query(("favorite", "true"), ("status", "COMPLETE")), CancellationToken.None);
        await queries.ListAsync(Busy, Query(("tag", "spring sale"), ("favorite", "true")), CancellationToken.None);
        await queries.ListAsync(Busy, Query(("from", "2026-01-10"), ("until", "2026-01-11"), ("favorite", "false")), CancellationToken.None);
        await queries.ListAsync(new Caller("nobody"), Query(), CancellationToken.None);
        recorder.Add(CampaignRow.Find(id, Busy.UserId));
        await queries.FindVersionAsync(Busy, id, CancellationToken.None);
        await queries.FindByKeyAsync(Busy, "key-1", CancellationToken.None);
        await queries.FindImageAsync(Busy, id, 0, CancellationToken.None);

        Assert.NotEmpty(recorder.Commands);
        foreach (var command in recorder.Commands)
        {
            var plan = await command.ExplainAsync(database.DataSource, analyze: false);
            Assert.False(PlanReader.Scans(plan), $"A table is read from end to end by\n{command.Sql}\n{plan}");
        }

        // Each page by the cursor that leads to it; the campaigns of one instant differ by their ids.
        var first = await BuffersOfAsync(db, recorder, database.DataSource, after: null);
        var cursor = await MillionCampaigns.FindAsync(database.DataSource, Busy.UserId, (999 * PageSize) - 1);
        var thousandth = await BuffersOfAsync(db, recorder, database.DataSource, cursor);
        // The position within an index page makes a difference of a few blocks; reading from the first page would make thousands.
        Assert.InRange(thousandth, 1, first + (first / 2) + 16);
    }

    [Theory]
    [InlineData("campaign", null, "", 249_898)]
    [InlineData("word16", null, "word16 ", 9_898)]
    [InlineData("campaign word16", "COMPLETE", "word16 ", 9_898)]
    [InlineData("word", null, "", 249_898)]
    [InlineData("abo", "COMPLETE", "", 174_898)]
    public async Task Search_AtAMillionCampaigns_LastPageCostsWhatTheFirstDoes(string words, string? status, string inPrompt, int last)
    {
        var database = await million.StartAsync(services);
        var recorder = new CommandRecorder();
        await using var db = recorder.NewContext(database.DataSource);
        var query = new List<(string, string)> { ("q", words) };
        if (status is not null)
            query.Add(("status", status));

        var first = await BuffersOfSearchAsync(db, recorder, database.DataSource, [.. query]);
        var cursor = await MillionCampaigns.FindAsync(database.DataSource, Busy.UserId, last, inPrompt, status);
        var end = await BuffersOfSearchAsync(db, recorder, database.DataSource, [.. query, ("cursor", cursor.ToString())]);

        // Eight blocks for each campaign of a page, and the two hundred rows a word that are sampled to find the rarest.
        Assert.InRange(first, 1, 4000);
        Assert.InRange(end, 1, first + (first / 2) + 16);
    }

    [Fact]
    public async Task EveryStatementOfTheRunningApp_AtAMillionCampaigns_UsesAnIndex()
    {
        var database = await million.StartAsync(services);
        var log = await PlanLog.BeginAsync(database.DataSource);
        await using (var app = new EveryRequest(database))
            await app.RunAsync(services);
        await EveryRequest.ApplyRetentionAsync(database);

        var plans = await log.ReadAsync();

        // Each table was read or written: an empty log would have no faults either.
        Assert.Equal(14, plans.SelectMany(plan => plan.Tables).Distinct().Count());
        Assert.All(EveryRequest.Statements, part => Assert.Contains(plans, plan => plan.Sql.Contains(part, StringComparison.Ordinal)));
        string[] faults = [.. plans.Where(plan => plan.Faults.Count > 0)
            .DistinctBy(plan => plan.Sql)
            .Select(plan => $"{string.Join(", ", plan.Faults)} by\n{plan.Sql}\n{plan.Plan}")];
        Assert.True(faults.Length == 0, string.Join("\n\n", faults));
    }

    // A plan is kept for as long as its connection: one for a small table is used when the table has grown.
    [Fact]
    public async Task EveryStatementOfTheRunningApp_AtAHundredCampaigns_UsesAnIndex()
    {
        await using var database = await TestDatabase.CreateAsync(services);
        await MillionCampaigns.FillAsync(database.DataSource, count: 100);
        var log = await PlanLog.BeginAsync(database.DataSource);
        await using (var app = new EveryRequest(database))
            await app.RunAsync(services);

        string[] tables = ["campaigns", "campaign_images", "campaign_attempts", "campaign_events", "campaign_words"];
        var plans = (await log.ReadAsync()).Where(plan => plan.Tables.Intersect(tables).Any()).ToList();
        Assert.NotEmpty(plans);
        // The table of the ids' origin has one row.
        Assert.Empty(plans.Where(plan => PlanReader.Scans(plan.Plan) && !plan.Sql.Contains("campaign_event_origin", StringComparison.Ordinal)).Select(plan => plan.Sql).Distinct());
    }

    private static async Task<long> BuffersOfAsync(AtelierDbContext db, CommandRecorder recorder, NpgsqlDataSource dataSource, Cursor? after)
    {
        var before = recorder.Commands.Count;
        var page = await new CampaignQueries(db).ListAsync(
            Busy, after is null ? Query() : Query(("cursor", after.ToString())), CancellationToken.None);
        Assert.Equal(PageSize + 1, page.Count);
        var plan = await recorder.Commands[before].ExplainAsync(dataSource, analyze: true);
        return PlanReader.Buffers(plan);
    }

    private static async Task<long> BuffersOfSearchAsync(
        AtelierDbContext db, CommandRecorder recorder, NpgsqlDataSource dataSource, (string, string)[] query)
    {
        var before = recorder.Commands.Count;
        var page = await new CampaignQueries(db).ListAsync(Busy, Query(query), CancellationToken.None);
        Assert.Equal(PageSize + 1, page.Count);
        long buffers = 0;
        foreach (var command in recorder.Commands.Skip(before))
            buffers += PlanReader.Buffers(await command.ExplainAsync(dataSource, analyze: true));
        return buffers;
    }

    private static string CursorOf(Campaign campaign) => new Cursor(campaign.CreatedAt, campaign.Id).ToString();

    private static ListQuery Query(params (string Name, string Value)[] parameters) => ListQuery.Read(new QueryCollection(
        parameters.Append((Name: "limit", Value: $"{PageSize}")).ToDictionary(pair => pair.Name, pair => new StringValues(pair.Value))));
}
