using Atelier.Access;
using Atelier.Campaigns;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using FunctionApp.Tests.Hosting;
using FunctionApp.Tests.Persistence;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionApp.Tests.Campaigns;

[Collection(LocalServicesCollection.Name)]
public sealed class CampaignWatchTests(LocalServicesFixture services) : IAsyncLifetime
{
    private static readonly Caller Ann = new("ann");
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    private readonly Campaign _campaign = TestCampaign.Create();
    private TestDatabase _database = null!;
    private CampaignChanges _changes = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(services);
        await using var db = _database.NewContext();
        db.Add(_campaign);
        await db.SaveChangesAsync();
        _changes = new CampaignChanges(_database.DataSource, TimeProvider.System, NullLogger<CampaignChanges>.Instance);
        await _changes.StartAsync(CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await _changes.StopAsync(CancellationToken.None);
        _changes.Dispose();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Read_ChangedByAnotherProcessWhileWaiting_ReturnsTheChange()
    {
        var read = ReadAsync(isAwaited: version => version != 1, Long);
        await WaitForReaderAsync();

        await ChangeAsync();

        Assert.Equal(2, (await read.WaitAsync(TimeSpan.FromSeconds(30)))!.Version);
    }

    [Fact]
    public async Task Read_ListenerLostItsConnection_StillReturnsTheChange()
    {
        await Eventually.TrueAsync(async () => await CountListenersAsync() == 1);
        await _database.ScalarAsync<bool>("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()");
        var read = ReadAsync(isAwaited: version => version != 1, Long);
        await WaitForReaderAsync();

        await ChangeAsync();

        Assert.Equal(2, (await read.WaitAsync(TimeSpan.FromSeconds(30)))!.Version);
    }

    [Fact]
    public async Task Read_CallerKnowsAnotherVersion_ReturnsAtOnce() =>
        Assert.Equal(1, (await ReadAsync(isAwaited: version => version != 7, Long).WaitAsync(TimeSpan.FromSeconds(30)))!.Version);

    [Fact]
    public async Task Read_NoChange_ReturnsWhenTheTimeIsUp() =>
        Assert.Equal(1, (await ReadAsync(isAwaited: null, TimeSpan.FromMilliseconds(50)).WaitAsync(TimeSpan.FromSeconds(30)))!.Version);

    [Fact]
    public async Task Read_UntilTheEnd_ReturnsTheEndOnly()
    {
        var read = ReadAsync(isAwaited: _ => false, Long);
        await WaitForReaderAsync();

        await ChangeAsync();
        await _database.ScalarAsync<int>("UPDATE campaigns SET status = 'FAILED', version = version + 1 RETURNING 1");

        var campaign = (await read.WaitAsync(TimeSpan.FromSeconds(30)))!;
        Assert.Equal((CampaignStatus.Failed, 3L), (campaign.Status, campaign.Version));
    }

    [Fact]
    public async Task Read_UntilTheEndAndTheTimeIsUp_ReturnsTheLatest()
    {
        var read = ReadAsync(isAwaited: _ => false, TimeSpan.FromSeconds(1));
        await WaitForReaderAsync();

        await ChangeAsync();

        Assert.Equal(2, (await read.WaitAsync(TimeSpan.FromSeconds(30)))!.Version);
    }

    [Fact]
    public async Task Read_OfAnotherCaller_ReturnsNoneAtOnce()
    {
        await using var db = _database.NewContext();
        var watch = new CampaignWatch(new CampaignQueries(db), _changes, TimeProvider.System);

        Assert.Null(await watch.ReadAsync(new Caller("ben"), _campaign.Id, null, Long, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30)));
    }

    private async Task<Campaign?> ReadAsync(Func<long, bool>? isAwaited, TimeSpan wait)
    {
        await using var db = _database.NewContext();
        return await new CampaignWatch(new CampaignQueries(db), _changes, TimeProvider.System)
            .ReadAsync(Ann, _campaign.Id, isAwaited, wait, CancellationToken.None);
    }

    private Task WaitForReaderAsync() => Eventually.TrueAsync(() => Task.FromResult(_changes.ReaderCount > 0));

    private Task<long> CountListenersAsync() => _database.ScalarAsync<long>(
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()");

    private async Task ChangeAsync()
    {
        await using var command = _database.DataSource.CreateCommand("UPDATE campaigns SET version = version + 1");
        await command.ExecuteNonQueryAsync();
    }
}
