using Atelier.Persistence;
using Atelier.Persistence.Tables;
using FunctionApp.Tests.Campaigns;
using FunctionApp.Tests.Campaigns.Workflow;
using FunctionApp.Tests.Hosting;
using Microsoft.EntityFrameworkCore;

namespace FunctionApp.Tests.Persistence;

[Collection(LocalServicesCollection.Name)]
public sealed class CampaignUpdaterTests(LocalServicesFixture services) : IAsyncLifetime
{
    private readonly Campaign _campaign = TestCampaign.Create();
    private TestDatabase _database = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(services);
        await using var db = _database.NewContext();
        db.Add(_campaign);
        await db.SaveChangesAsync();
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Change_ConnectionLost_IsAppliedExactlyOnce()
    {
        var tries = 0;

        await NewUpdater().ChangeAsync(
            _campaign.Id,
            async (change, token) =>
            {
                change.Campaign.Text = $"try {++tries}";
                change.AddEvent(CampaignEventTypes.Started, new { });
                if (tries == 1)
                    await KillOthersAsync(token);
                return true;
            },
            CancellationToken.None);

        await using var db = _database.NewContext();
        var after = await db.Campaigns.SingleAsync();
        Assert.Equal((2, "try 2", 2L), (tries, after.Text, after.Version));
        Assert.Equal(1, await db.Events.CountAsync());
    }

    [Fact]
    public async Task Change_Throws_ChangesNothing()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => NewUpdater().ChangeAsync<bool>(
            _campaign.Id,
            (change, _) =>
            {
                change.Campaign.Text = "never";
                throw new InvalidOperationException();
            },
            CancellationToken.None));

        await using var db = _database.NewContext();
        Assert.Null((await db.Campaigns.SingleAsync()).Text);
    }

    [Fact]
    public async Task Change_WithoutChanges_KeepsTheVersion()
    {
        Assert.Equal("seen", await NewUpdater().ChangeAsync(_campaign.Id, (_, _) => Task.FromResult("seen"), CancellationToken.None));
        Assert.Null(await NewUpdater().ChangeAsync(Guid.NewGuid(), (_, _) => Task.FromResult("seen"), CancellationToken.None));

        await using var db = _database.NewContext();
        Assert.Equal(1, (await db.Campaigns.SingleAsync()).Version);
    }

    private CampaignUpdater NewUpdater() => TestRunner.NewUpdater(_database);

    private async Task KillOthersAsync(CancellationToken cancellationToken)
    {
        await using var db = _database.NewContext();
        await db.Database.ExecuteSqlRawAsync(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
            cancellationToken);
    }
}
