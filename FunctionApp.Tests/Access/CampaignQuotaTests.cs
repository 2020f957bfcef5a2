using Atelier.Access;
using Atelier.Access.Limits;
using Atelier.Campaigns;
using Atelier.Persistence;
using Atelier.Problems;
using FunctionApp.Tests.Campaigns;
using FunctionApp.Tests.Hosting;
using FunctionApp.Tests.Persistence;
using Microsoft.EntityFrameworkCore;

namespace FunctionApp.Tests.Access;

[Collection(LocalServicesCollection.Name)]
public sealed class CampaignQuotaTests(LocalServicesFixture services) : IAsyncLifetime
{
    private static readonly Caller Ann = new("ann");
    private static readonly NewCampaign Wanted = new(
        "A cat", new ImagesRequest(1, "1024x1024", "medium", "png"), null, null, null, new Dictionary<string, string>());

    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestDatabase.CreateAsync(services);

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Theory]
    [InlineData(5, null, "too_many_running")]
    [InlineData(null, 5, "daily_limit")]
    public async Task Accept_ManyAtOnce_NeverPassesTheLimit(int? maxRunning, int? maxPerDay, string code)
    {
        var limits = new CallerLimits(null, maxRunning, maxPerDay);

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => TryAcceptAsync(limits, $"key-{i}")));

        Assert.Equal(5, results.OfType<AcceptedCampaign>().Count());
        Assert.All(results.OfType<ApiException>(), problem => Assert.Equal((429, code), (problem.Status, problem.Code)));
        await using var db = _database.NewContext();
        Assert.Equal(5, await db.Campaigns.CountAsync());
    }

    [Fact]
    public async Task Accept_SameKeyManyTimesAtOnce_CountsOnce()
    {
        var limits = new CallerLimits(null, 1, 1);

        var results = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => TryAcceptAsync(limits, "key")));

        Assert.Single(results.Cast<AcceptedCampaign>(), accepted => accepted.IsNew);
        Assert.IsType<ApiException>(await TryAcceptAsync(limits, "another"));
        var usage = await ReadAsync();
        Assert.Equal((1, 1), (usage.Running, usage.Today));
    }

    [Fact]
    public async Task Accept_OfAnotherCaller_IsNotCounted()
    {
        var limits = new CallerLimits(null, 1, 1);

        Assert.IsType<AcceptedCampaign>(await TryAcceptAsync(limits, "key"));
        Assert.IsType<AcceptedCampaign>(await TryAcceptAsync(limits, "key", new Caller("ben")));
    }

    [Fact]
    public async Task Accept_OnTheNextDay_StartsANewQuota()
    {
        var limits = new CallerLimits(null, null, 1);
        await TryAcceptAsync(limits, "key");
        Assert.IsType<ApiException>(await TryAcceptAsync(limits, "too-many"));

        await ExecuteAsync("UPDATE caller_days SET day = day - 1");

        Assert.Equal(0, (await ReadAsync()).Today);
        Assert.IsType<AcceptedCampaign>(await TryAcceptAsync(limits, "tomorrow"));
        Assert.Equal(1, (await ReadAsync()).Today);
    }

    [Fact]
    public async Task Accept_AfterADeletion_StillCountsForTheDay()
    {
        var limits = new CallerLimits(null, 1, 1);
        await TryAcceptAsync(limits, "key");
        await ExecuteAsync("DELETE FROM campaigns");

        var problem = Assert.IsType<ApiException>(await TryAcceptAsync(limits, "another"));

        Assert.Equal("daily_limit", problem.Code);
    }

    [Fact]
    public async Task Take_Redrive_CountsAgainstTheRunningLimitOnly()
    {
        var limits = new CallerLimits(null, 1, 1);
        Assert.Null(await TakeAgainAsync(limits));

        await TryAcceptAsync(limits, "key");

        Assert.Equal("too_many_running", (await TakeAgainAsync(limits))!.Code);
        Assert.Equal(1, (await ReadAsync()).Today);
    }

    [Fact]
    public async Task Take_WithoutATransaction_Throws()
    {
        await using var db = _database.NewContext();

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => new CampaignQuota(db, new CallerLimits(null, 1, null)).TakeAsync(Ann, isNew: true, CancellationToken.None));
    }

    private async Task<ApiException?> TakeAgainAsync(CallerLimits limits)
    {
        await using var db = _database.NewContext();
        await using var transaction = await db.Database.BeginTransactionAsync();
        var refusal = await new CampaignQuota(db, limits).TakeAsync(Ann, isNew: false, CancellationToken.None);
        await transaction.CommitAsync();
        return refusal;
    }

    private async Task<object> TryAcceptAsync(CallerLimits limits, string key, Caller? caller = null)
    {
        await using var db = _database.NewContext();
        var intake = new CampaignIntake(
            db, new GroupCommit(_database.DataSource), new CampaignQueries(db), new CampaignQuota(db, limits), TestGenerators.Create(), TimeProvider.System);
        try
        {
            return await intake.AcceptAsync(caller ?? Ann, key, Wanted, CancellationToken.None);
        }
        catch (ApiException problem)
        {
            return problem;
        }
    }

    private async Task<CampaignUsage> ReadAsync()
    {
        await using var db = _database.NewContext();
        return await new CampaignQuota(db, new CallerLimits(null, 10, null)).ReadAsync(Ann, CancellationToken.None);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
