using System.Text.Json;
using Atelier.Access;
using Atelier.Campaigns;
using Atelier.Campaigns.Http;
using Atelier.Generation;
using Atelier.Http;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Atelier.Problems;
using FunctionApp.Tests.Hosting;
using FunctionApp.Tests.Persistence;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FunctionApp.Tests.Campaigns;

[Collection(LocalServicesCollection.Name)]
public sealed class CampaignQueriesTests(LocalServicesFixture services) : IAsyncLifetime
{
    private static readonly Caller Ann = new("ann");
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestDatabase.CreateAsync(services);

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task List_PageByPageWhileNewOnesArrive_GivesEachOnceNewestFirst()
    {
        // Two of one instant: only the id distinguishes them.
        Campaign[] campaigns = [.. Enumerable.Range(0, 7).Select(n => TestCampaign.Create(createdAt: TestCampaign.CreatedAt.AddSeconds(n / 2)))];
        await AddAsync(campaigns);
        await AddAsync(TestCampaign.Create(userId: "ben"));

        var seen = new List<Guid>();
        string? cursor = null;
        do
        {
            var page = await ListAsync($"?limit=2&cursor={cursor}");
            await AddAsync(TestCampaign.Create(createdAt: TestCampaign.CreatedAt.AddHours(1)));
            seen.AddRange(page.Take(2).Select(campaign => campaign.Id));
            cursor = page.Count > 2 ? new Cursor(page[1].CreatedAt, page[1].Id).ToString() : null;
        }
        while (cursor is not null);

        Assert.Equal(campaigns.OrderByDescending(c => c.CreatedAt).ThenByDescending(c => c.Id.ToString()).Select(c => c.Id), seen);
    }

    [Fact]
    public async Task Find_AnyCampaign_GivesEveryColumnInUtc()
    {
        var campaign = TestCampaign.Create(images: 2);
        (campaign.Text, campaign.TextModel, campaign.TextUsage) = ("A text.", "words-1", new TokenUsage(1, 2, 3));
        campaign.TextWait = new PartWait("paint", TestCampaign.CreatedAt.AddHours(1), "rate_limited");
        campaign.Error = new CampaignError("text", "timeout", "No response.");
        (campaign.Name, campaign.Favorite, campaign.Tags) = ("First draft", true, ["cats", "Spring sale"]);
        campaign.Images[1].Usage = new TokenUsage(4, 5, 6);
        campaign.Images[1].Wait = campaign.TextWait;
        (campaign.Images[1].Status, campaign.Images[1].Width) = (PartStatus.Retrying, 1024);
        campaign.Attempts.Add(new CampaignAttempt
        {
            CampaignId = campaign.Id,
            Part = "image/1",
            Attempt = 1,
            StartedAt = TestCampaign.CreatedAt,
            EndedAt = TestCampaign.CreatedAt.AddMilliseconds(7),
            Code = "timeout",
            Message = "No \"response\".",
            Provider = "paint",
            RetryInMs = 500,
        });
        await AddAsync(campaign);
        await using var db = _database.NewContext();
        await db.Database.OpenConnectionAsync();
        await db.Database.ExecuteSqlRawAsync("SET timezone = 'Asia/Tokyo'");

        var found = await new CampaignQueries(db).FindAsync(Ann, campaign.Id, CancellationToken.None);

        await using var other = _database.NewContext();
        var expected = await other.Campaigns.AsNoTracking().Include(row => row.Images.OrderBy(image => image.Index)).Include(row => row.Attempts).SingleAsync();
        expected.CheckedAt = default;
        Assert.Equal(JsonSerializer.Serialize(expected), JsonSerializer.Serialize(found));
    }

    [Theory]
    [InlineData("?q=beach", "A beach with a cat")]
    [InlineData("?q=CAT+beach", "A beach with a cat")]
    [InlineData("?q=cat", "A beach with a cat|The cat's house")]
    [InlineData("?q=dog", "")]
    [InlineData("?q=%27%29%3B--", "")]
    [InlineData("?status=FAILED", "The cat's house")]
    [InlineData("?status=FAILED&q=beach", "")]
    [InlineData("?status=COMPLETE", "")]
    [InlineData("?status=COMPLETE&q=cat", "")]
    [InlineData("?status=FAILED&q=cat+house", "The cat's house")]
    [InlineData("?q=cat+CAT+cat", "A beach with a cat|The cat's house")]
    [InlineData("?q=cat+dog", "")]
    [InlineData("?q=bea", "A beach with a cat")]
    [InlineData("?q=b+ca", "A beach with a cat")]
    [InlineData("?q=each", "")]
    [InlineData("?q=hou+draft", "The cat's house")]
    [InlineData("?q=spring", "The cat's house")]
    [InlineData("?q=whisk", "The cat's house")]
    [InlineData("?q=ca&favorite=true", "The cat's house")]
    [InlineData("?q=ca&favorite=false", "A beach with a cat")]
    [InlineData("?favorite=true", "The cat's house")]
    [InlineData("?favorite=false", "A beach with a cat")]
    [InlineData("?tag=SPRING+sale", "The cat's house")]
    [InlineData("?tag=spring", "")]
    [InlineData("?tag=cats&q=wh&status=FAILED&favorite=true", "The cat's house")]
    [InlineData("?from=2026-08-01T10:00:00Z", "A beach with a cat")]
    [InlineData("?until=2026-08-01T10:00:00Z", "The cat's house")]
    [InlineData("?q=ca&from=2026-08-01T10:00:00Z&until=2026-08-02", "A beach with a cat")]
    [InlineData("?q=ca&until=2026-08-01T10:00:00Z", "The cat's house")]
    [InlineData("?tag=cats&until=2026-08-01", "")]
    public async Task List_Filtered_GivesOnlyMatches(string query, string expected)
    {
        var failed = TestCampaign.Create(prompt: "The cat's house", createdAt: TestCampaign.CreatedAt.AddSeconds(-1));
        failed.Status = CampaignStatus.Failed;
        (failed.Name, failed.Favorite, failed.Tags, failed.Text) = ("First draft", true, ["Spring sale", "cats"], "Whiskers and sun.");
        await AddAsync(TestCampaign.Create(), failed);

        var found = await ListAsync(query);

        Assert.Equal(expected, string.Join('|', found.Select(campaign => campaign.Prompt)));
    }

    [Theory]
    [InlineData("?q=cat")]
    [InlineData("?q=cat+beach")]
    [InlineData("?q=beach&status=PENDING")]
    [InlineData("?q=b")]
    [InlineData("?q=bea+wi&favorite=false")]
    public async Task Search_PageByPageWhileSomeGo_GivesEachOnceNewestFirst(string query)
    {
        Campaign[] campaigns = [.. Enumerable.Range(0, 9).Select(n => TestCampaign.Create(createdAt: TestCampaign.CreatedAt.AddHours(n / 2 * 5)))];
        await AddAsync(campaigns);
        await AddAsync(TestCampaign.Create(userId: "ben"), TestCampaign.Create(prompt: "A beach without"));
        Campaign[] expected = [.. campaigns.OrderByDescending(c => c.CreatedAt).ThenByDescending(c => c.Id.ToString())];
        // Its words are deleted with it: a page that counted them would end too soon.
        await ExecuteAsync($"DELETE FROM campaigns WHERE id = '{expected[1].Id}' OR prompt = 'A beach without'");

        var seen = new List<Guid>();
        string? cursor = null;
        do
        {
            var page = await ListAsync($"{query}&limit=2&cursor={cursor}");
            seen.AddRange(page.Take(2).Select(campaign => campaign.Id));
            cursor = page.Count > 2 ? new Cursor(page[1].CreatedAt, page[1].Id).ToString() : null;
        }
        while (cursor is not null);

        Assert.Equal(expected.Where((_, place) => place != 1).Select(c => c.Id), seen);
        Assert.Equal(4, await _database.ScalarAsync<long>("SELECT count(DISTINCT word) FROM campaign_words"));
    }

    [Fact]
    public async Task Search_AfterTextNameAndTagsChanged_FindsTheNewOnesAndNotTheOld()
    {
        var campaign = TestCampaign.Create();
        (campaign.Name, campaign.Tags) = ("Draft", ["old"]);
        await AddAsync(campaign);
        await using (var db = _database.NewContext())
        {
            var row = await db.Campaigns.SingleAsync();
            (row.Name, row.Tags, row.Text) = (null, ["new", "cat"], "A cat in the sun.");
            await db.SaveChangesAsync();
        }

        Assert.Single(await ListAsync("?q=su+cat+bea"));
        Assert.Single(await ListAsync("?tag=new"));
        Assert.Empty(await ListAsync("?q=draft"));
        Assert.Empty(await ListAsync("?tag=old"));
        Assert.Equal(0, await _database.ScalarAsync<long>("SELECT count(*) FROM campaign_words WHERE word IN ('draft', 'old', '#old')"));
        await ExecuteAsync("DELETE FROM campaigns");
        Assert.Equal(0, await _database.ScalarAsync<long>("SELECT count(*) FROM campaign_words"));
    }

    [Fact]
    public async Task Search_TakesTooLong_Is400WithTheReason_AndALaterOneIsNotLimitedByIt()
    {
        await AddAsync(TestCampaign.Create());
        await using (var other = await _database.DataSource.OpenConnectionAsync())
        await using (var held = await other.BeginTransactionAsync())
        {
            await using var command = new NpgsqlCommand("LOCK TABLE campaign_words IN ACCESS EXCLUSIVE MODE", other);
            await command.ExecuteNonQueryAsync();

            var refused = await Assert.ThrowsAsync<ApiException>(() => ListAsync("?q=cat+beach"));

            Assert.Equal((400, "search_too_broad"), (refused.Status, refused.Code));
        }

        Assert.Single(await ListAsync("?q=cat+beach"));
        Assert.Equal("0", await _database.ScalarAsync<string>("SHOW statement_timeout"));
    }

    [Fact]
    public async Task Find_OfAnotherCaller_GivesNone()
    {
        var campaign = TestCampaign.Create();
        await AddAsync(campaign);

        Assert.NotNull(await NewQueries().FindAsync(Ann, campaign.Id, CancellationToken.None));
        Assert.Null(await NewQueries().FindAsync(new Caller("ben"), campaign.Id, CancellationToken.None));
        Assert.NotNull(await NewQueries().FindImageAsync(Ann, campaign.Id, 0, CancellationToken.None));
        Assert.Null(await NewQueries().FindImageAsync(new Caller("ben"), campaign.Id, 0, CancellationToken.None));
        Assert.Null(await NewQueries().FindImageAsync(Ann, campaign.Id, 1, CancellationToken.None));
    }

    [Theory]
    [InlineData("SELECT * FROM campaigns WHERE user_id = 'user 7' ORDER BY created_at DESC, id DESC LIMIT 21")]
    [InlineData("SELECT * FROM campaigns WHERE user_id = 'user 7' AND status = 'FAILED' ORDER BY created_at DESC, id DESC LIMIT 21")]
    [InlineData("SELECT * FROM campaigns WHERE user_id = 'user 7' AND (created_at, id) < (now(), gen_random_uuid()) ORDER BY created_at DESC, id DESC LIMIT 21")]
    [InlineData("SELECT * FROM campaigns WHERE user_id = 'user 7' AND idempotency_key = 'key 7'")]
    [InlineData("SELECT * FROM campaigns WHERE status = 'PENDING' AND created_at < now() ORDER BY created_at LIMIT 100")]
    public async Task Query_OnManyCampaigns_UsesAnIndex(string query)
    {
        await ExecuteAsync(
            """
            INSERT INTO campaigns (id, user_id, idempotency_key, request_hash, prompt, status, request, metadata, instance_id, version, created_at, updated_at)
            SELECT gen_random_uuid(), 'user ' || n % 50, 'key ' || n, '', 'prompt number ' || n, 'COMPLETE', '{}', '{}', n, 1, now(), now()
            FROM generate_series(1, 5000) AS n;
            ANALYZE campaigns;
            """);

        var plan = new List<string>();
        await using (var command = _database.DataSource.CreateCommand($"EXPLAIN {query}"))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
                plan.Add(reader.GetString(0));
        }

        Assert.DoesNotContain(plan, line => line.Contains("Seq Scan", StringComparison.Ordinal));
    }

    private CampaignQueries NewQueries() => new(_database.NewContext());

    private Task<List<Campaign>> ListAsync(string query) =>
        NewQueries().ListAsync(Ann, ListQuery.Read(new QueryCollection(QueryHelpers.ParseQuery(query))), CancellationToken.None);

    private async Task AddAsync(params Campaign[] campaigns)
    {
        await using var db = _database.NewContext();
        db.AddRange(campaigns);
        await db.SaveChangesAsync();
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
