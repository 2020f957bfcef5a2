using Atelier.Access;
using Atelier.Access.Limits;
using Atelier.Campaigns;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Atelier.Problems;
using FunctionApp.Tests.Hosting;
using FunctionApp.Tests.Persistence;
using Microsoft.EntityFrameworkCore;

namespace FunctionApp.Tests.Campaigns;

[Collection(LocalServicesCollection.Name)]
public sealed class CampaignIntakeTests(LocalServicesFixture services) : IAsyncLifetime
{
    private static readonly Caller Ann = new("ann");
    private static readonly NewCampaign Wanted = new(
        "A cat",
        new ImagesRequest(2, "1024x1024", "medium", "png"),
        new TextOptions(null, null, null),
        null,
        null,
        new Dictionary<string, string>(StringComparer.Ordinal) { ["b"] = "2", ["a"] = "1" });

    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestDatabase.CreateAsync(services);

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Accept_New_CommitsTheCampaignItsImagesAndItsEvent()
    {
        var accepted = await AcceptAsync(null, Wanted);

        Assert.True(accepted.IsNew);
        await using var db = _database.NewContext();
        var campaign = await db.Campaigns.Include(row => row.Images).SingleAsync();
        Assert.Equal((CampaignStatus.Pending, PartStatus.Pending, 1L), (campaign.Status, campaign.TextStatus, campaign.Version));
        Assert.Equal(7, campaign.Id.Version);
        Assert.Equal(campaign.Id.ToString("D"), campaign.InstanceId);
        Assert.Equal(new CampaignRequest(Wanted.Images, Wanted.Text, "words", "paint"), campaign.Request);
        Assert.Equal(Wanted.Metadata.OrderBy(pair => pair.Key), campaign.Metadata.OrderBy(pair => pair.Key));
        Assert.Equal([0, 1], campaign.Images.Select(image => image.Index).Order());
        Assert.Equal(accepted.Campaign.CreatedAt, campaign.CreatedAt);
        Assert.Equal(CampaignEventTypes.Accepted, (await db.Events.SingleAsync()).Type);
    }

    [Fact]
    public async Task Accept_SameKeyAndRequest_GivesTheSameCampaign()
    {
        var first = await AcceptAsync("key", Wanted);
        var second = await AcceptAsync("key", Wanted with { });

        Assert.False(second.IsNew);
        Assert.Equal(first.Campaign.Id, second.Campaign.Id);
    }

    [Fact]
    public async Task Accept_SameKeyAndAnotherRequest_IsAConflict()
    {
        await AcceptAsync("key", Wanted);

        var problem = await Assert.ThrowsAsync<ApiException>(() => AcceptAsync("key", Wanted with { Prompt = "A dog" }));

        Assert.Equal((409, "idempotency_conflict"), (problem.Status, problem.Code));
    }

    [Fact]
    public async Task Accept_SameKeyOfAnotherCaller_IsAnotherCampaign()
    {
        var anns = await AcceptAsync("key", Wanted);
        var bens = await AcceptAsync("key", Wanted, new Caller("ben"));

        Assert.True(bens.IsNew);
        Assert.NotEqual(anns.Campaign.Id, bens.Campaign.Id);
    }

    [Fact]
    public async Task Accept_SameKeyManyTimesAtOnce_MakesOneCampaign()
    {
        var accepted = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => AcceptAsync("key", Wanted)));

        Assert.Single(accepted, one => one.IsNew);
        Assert.Single(accepted.Select(one => one.Campaign.Id).Distinct());
        await using var db = _database.NewContext();
        Assert.Equal((1, 2, 1), (await db.Campaigns.CountAsync(), await db.Images.CountAsync(), await db.Events.CountAsync()));
    }

    private async Task<AcceptedCampaign> AcceptAsync(string? key, NewCampaign wanted, Caller? caller = null)
    {
        await using var db = _database.NewContext();
        var intake = new CampaignIntake(db, new GroupCommit(_database.DataSource), new CampaignQueries(db), new CampaignQuota(db, CallerLimits.None), TestGenerators.Create(), TimeProvider.System);
        return await intake.AcceptAsync(caller ?? Ann, key, wanted, CancellationToken.None);
    }
}
