using Atelier.Notifications;
using Atelier.Notifications.Streams;
using FunctionApp.Tests.Hosting;
using Npgsql;

namespace FunctionApp.Tests.Notifications;

[Collection(QuietCollection.Name)]
public sealed class EventHubTests(LocalServicesFixture services) : IAsyncLifetime
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private TestHub _running = null!;

    private EventHub Hub => _running.Hub;

    public async Task InitializeAsync() => _running = await TestHub.StartAsync(services, new EventStreamOptions { ReaderBuffer = 3 });

    public async Task DisposeAsync() => await _running.DisposeAsync();

    [Fact]
    public async Task Reader_OfOneCampaign_GetsOnlyItsEvents()
    {
        var mine = Guid.NewGuid();
        using var one = Hub.Join("ann", mine);
        using var all = Hub.Join("ann", campaignId: null);
        using var other = Hub.Join("ben", campaignId: null);
        await Task.WhenAll(one.Joined, all.Joined, other.Joined).WaitAsync(Timeout);

        await AppendAsync("ann", Guid.NewGuid());
        await AppendAsync("ann", mine);
        await AppendAsync("ben", Guid.NewGuid());

        Assert.Equal(mine, (await ReadAsync(one)).CampaignId);
        Assert.NotEqual(mine, (await ReadAsync(all)).CampaignId);
        Assert.Equal(mine, (await ReadAsync(all)).CampaignId);
        Assert.Equal("ben", (await ReadAsync(other)).UserId);
        Assert.False(one.Waiting.TryPeek(out _));
    }

    [Fact]
    public async Task Reader_TooSlow_IsClosedAndTheOthersContinue()
    {
        using var slow = Hub.Join("ann", campaignId: null);
        using var quick = Hub.Join("ann", campaignId: null);
        await Task.WhenAll(slow.Joined, quick.Joined).WaitAsync(Timeout);

        for (var count = 0; count < 5; count++)
        {
            await AppendAsync("ann", Guid.NewGuid());
            await ReadAsync(quick);
        }

        await Eventually.TrueAsync(() => Task.FromResult(slow.IsTooSlow));
        Assert.False(quick.IsTooSlow);
        Assert.Equal(3, await slow.Waiting.ReadAllAsync().CountAsync());
    }

    [Fact]
    public async Task Stop_WithReaders_EndsThem()
    {
        using var reader = Hub.Join("ann", campaignId: null);
        await reader.Joined.WaitAsync(Timeout);

        await Hub.StopAsync(CancellationToken.None);

        Assert.False(await reader.Waiting.WaitToReadAsync().AsTask().WaitAsync(Timeout));
    }

    private static async Task<LoggedEvent> ReadAsync(EventReader reader) => await reader.Waiting.ReadAsync().AsTask().WaitAsync(Timeout);

    private async Task AppendAsync(string user, Guid campaign)
    {
        await using var command = _running.Database.DataSource.CreateCommand(
            """
            INSERT INTO campaign_events (user_id, campaign_id, type, part, attempt, data, at) VALUES ($1, $2, 'x', '', 0, '{}', now());
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = user });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = campaign });
        await command.ExecuteNonQueryAsync();
        await _running.Database.ScalarAsync<object>($"SELECT pg_notify('atelier_campaigns', '{campaign}')::text");
    }
}
