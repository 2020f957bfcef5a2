using Atelier.Campaigns.Control;
using Atelier.Images;
using Atelier.Operations.Retention;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using FunctionApp.Tests.Campaigns;
using FunctionApp.Tests.Campaigns.Workflow;
using FunctionApp.Tests.Hosting;
using FunctionApp.Tests.Persistence;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace FunctionApp.Tests.Retention;

[Collection(LocalServicesCollection.Name)]
public sealed class ApplyRetentionTests(LocalServicesFixture services) : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly Mock<DurableTaskClient> _client = new("test");
    private readonly Mock<IImageStore> _images = new();
    private readonly List<string> _purged = [];
    private OrchestrationQuery? _query;
    private TestDatabase _database = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(services);
        _client
            .Setup(client => client.PurgeInstanceAsync(It.IsAny<string>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync((string id, CancellationToken _) =>
            {
                _purged.Add(id);
                return new PurgeResult(1);
            });
        _client
            .Setup(client => client.GetAllInstancesAsync(It.IsAny<OrchestrationQuery?>()))
            .Returns((OrchestrationQuery? query) =>
            {
                string[] found = ["old-history"];
                if (query!.InstanceIdPrefix is { } prefix)
                    found = [prefix, $"{prefix}-1", $"{prefix}-1-image-0-1"];
                else
                    _query = query;
                return Pageable.Create((_, _) => Task.FromResult(
                    new Page<OrchestrationMetadata>([.. found.Select(id => new OrchestrationMetadata("X", id))])));
            });
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Run_OldAndNewCampaigns_DeletesTheOldOnesWithAllTheirData()
    {
        var old = await AddAsync(CampaignStatus.Complete, Now.AddDays(-91), run: 1);
        var young = await AddAsync(CampaignStatus.Failed, Now.AddDays(-89));
        var running = await AddAsync(CampaignStatus.Running, completedAt: null);

        await RunAsync();

        await using var db = _database.NewContext();
        Assert.Equal(
            new[] { running.Id, young.Id }.Order(), await db.Campaigns.Select(campaign => campaign.Id).OrderBy(id => id).ToListAsync());
        Assert.False(await db.Events.AnyAsync(@event => @event.CampaignId == old.Id));
        Assert.True(await db.Events.AnyAsync(@event => @event.CampaignId == young.Id));
        Assert.Equal(["old-history", $"{old.Id:D}", $"{old.Id:D}-1", $"{old.Id:D}-1-image-0-1"], _purged);
        _images.Verify(store => store.DeleteAllAsync($"{old.Id:D}/", It.IsAny<CancellationToken>()), Times.Once);
        Assert.InRange(_query!.CreatedTo!.Value, Now.AddDays(-7).AddSeconds(-1), Now.AddDays(-7).AddMinutes(5));
        Assert.DoesNotContain(OrchestrationRuntimeStatus.Running, _query.Statuses!);
    }

    [Fact]
    public async Task Run_Shares_DeletesThoseThatHaveExpired_AndThoseOfDeletedCampaigns()
    {
        var young = await AddAsync(CampaignStatus.Complete, Now.AddDays(-1));
        var old = await AddAsync(CampaignStatus.Complete, Now.AddDays(-91));
        await using (var db = _database.NewContext())
        {
            db.AddRange(NewShare(young, Now.AddDays(1)), NewShare(young, Now.AddMinutes(-1)), NewShare(old, Now.AddDays(1)));
            await db.SaveChangesAsync();
        }

        await RunAsync();

        await using var after = _database.NewContext();
        var left = await after.Shares.SingleAsync();
        Assert.Equal((young.Id, true), (left.CampaignId, left.ExpiresAt > Now));

        static CampaignShare NewShare(Campaign campaign, DateTimeOffset expiresAt) => new()
        {
            Id = Guid.CreateVersion7(),
            CampaignId = campaign.Id,
            UserId = campaign.UserId,
            TokenHash = Guid.NewGuid().ToByteArray(),
            CreatedAt = Now,
            ExpiresAt = expiresAt,
        };
    }

    [Fact]
    public async Task Run_StoreAwayAtTheDeletion_ErasesTheRestLater()
    {
        var old = await AddAsync(CampaignStatus.Complete, Now.AddDays(-91));
        _images
            .Setup(store => store.DeleteAllAsync(It.IsAny<string>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new IOException("The store is away."));
        await RunAsync();
        _images.Reset();
        await RunAsync();
        _images.Verify(store => store.DeleteAllAsync(It.IsAny<string>(), It.IsAny<CancellationToken>()), Times.Never);
        await _database.ScalarAsync<int>("UPDATE campaign_erasures SET due_at = now() - interval '1 second' RETURNING 1");

        await RunAsync();

        _images.Verify(store => store.DeleteAllAsync($"{old.Id:D}/", It.IsAny<CancellationToken>()), Times.Once);
        Assert.Equal(0L, await _database.ScalarAsync<long>("SELECT count(*) FROM campaign_erasures"));
    }

    [Fact]
    public async Task Run_RecentImages_ThoseThatTheStoreHasLostFailTheirCampaigns()
    {
        var whole = await AddAsync(CampaignStatus.Complete, Now.AddMinutes(-2));
        var broken = await AddAsync(CampaignStatus.Complete, Now.AddMinutes(-2));
        var canceled = await AddAsync(CampaignStatus.Canceled, Now.AddMinutes(-2));
        var older = await AddAsync(CampaignStatus.Complete, Now.AddMinutes(-20));
        await _database.ScalarAsync<long>("WITH made AS (UPDATE campaign_images SET status = 'COMPLETE', blob_name = campaign_id::text RETURNING 1) SELECT count(*) FROM made");
        _images
            .Setup(store => store.OpenAsync($"{whole.Id:D}", It.IsAny<CancellationToken>()))
            .ReturnsAsync(() => new ImageContent(new MemoryStream(), "image/png", 0, "\"1\"", Now));

        await RunAsync();

        await using var db = _database.NewContext();
        var after = await db.Campaigns.Include(campaign => campaign.Images).ToDictionaryAsync(campaign => campaign.Id);
        Assert.Equal((CampaignStatus.Complete, PartStatus.Complete), (after[whole.Id].Status, after[whole.Id].Images[0].Status));
        Assert.Equal((CampaignStatus.Failed, PartStatus.Failed), (after[broken.Id].Status, after[broken.Id].Images[0].Status));
        Assert.Equal((CampaignStatus.Canceled, PartStatus.Failed), (after[canceled.Id].Status, after[canceled.Id].Images[0].Status));
        Assert.Equal((CampaignStatus.Complete, PartStatus.Complete), (after[older.Id].Status, after[older.Id].Images[0].Status));
        Assert.Equal(("image/0", "image_lost"), (after[broken.Id].Error!.Part, after[broken.Id].Error!.Code));
        Assert.Equal(broken.Id, (await db.DeadLetters.SingleAsync()).CampaignId);
        Assert.True(await db.Events.AnyAsync(@event => @event.CampaignId == broken.Id && @event.Type == CampaignEventTypes.Failed));
    }

    private async Task<Campaign> AddAsync(CampaignStatus status, DateTimeOffset? completedAt, int run = 0)
    {
        var campaign = TestCampaign.Create();
        campaign.Status = status;
        campaign.CompletedAt = completedAt;
        campaign.Run = run;
        await using var db = _database.NewContext();
        db.Add(campaign);
        db.Add(CampaignChange.NewEvent(campaign, CampaignEventTypes.Accepted, new { }, Now));
        await db.SaveChangesAsync();
        return campaign;
    }

    private async Task RunAsync()
    {
        await using var db = _database.NewContext();
        var eraser = new CampaignEraser(_database.DataSource, _images.Object, NullLogger<CampaignEraser>.Instance);
        var updater = new CampaignUpdater(db, new GroupCommit(_database.DataSource), TestRunner.NewOutages());
        var lostImages = new LostImages(db, updater, _images.Object, NullLogger<LostImages>.Instance);
        // The process's clock is a year fast: PostgreSQL's alone counts.
        var options = new RetentionOptions(TimeSpan.FromDays(7), TimeSpan.FromDays(90));
        await new ApplyRetention(db, eraser, lostImages, options, new FakeTimeProvider(Now.AddYears(1)), NullLogger<ApplyRetention>.Instance)
            .RunAsync(new TimerInfo(), _client.Object, CancellationToken.None);
    }
}
