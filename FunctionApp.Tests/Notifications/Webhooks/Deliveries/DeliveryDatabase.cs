using Atelier.Notifications.Webhooks;
using Atelier.Notifications.Webhooks.Deliveries;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using FunctionApp.Tests.Campaigns;
using FunctionApp.Tests.Hosting;
using FunctionApp.Tests.Persistence;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionApp.Tests.Notifications.Webhooks.Deliveries;

/// <summary>A database with webhooks and events, and pumps on it as processes of their own would run them.</summary>
internal sealed class DeliveryDatabase(TestDatabase database, WebhookOptions options) : IAsyncDisposable
{
    public static readonly WebhookOptions Options = new() { AllowPrivateTargets = true, EncryptionKeys = [new byte[32]] };

    private static readonly SecretBox Secrets = new(Options.EncryptionKeys);

    private readonly WebhookClient _client = new(
        new WebhookTarget(new SystemHostNames(), options, TimeProvider.System), options, TimeProvider.System);

    public TestDatabase Database => database;

    public DeliveryStore Store { get; } = new(database.DataSource, options);

    public static async Task<DeliveryDatabase> CreateAsync(LocalServicesFixture services, WebhookOptions? options = null) =>
        new(await TestDatabase.CreateAsync(services), options ?? Options);

    /// <summary>A pump, which the test starts.</summary>
    public DeliveryPump NewPump() => new(
        Store,
        new DeliveryAttempt(_client, Secrets, options, NullLogger<DeliveryAttempt>.Instance),
        new CampaignChanges(database.DataSource, TimeProvider.System, NullLogger<CampaignChanges>.Instance),
        TimeProvider.System,
        NullLogger<DeliveryPump>.Instance);

    /// <summary>Adds webhooks of one caller.</summary>
    /// <param name="userId">The caller.</param>
    /// <param name="address">Where they lead.</param>
    /// <param name="count">How many.</param>
    /// <param name="failures">How often the receiver has failed in a row; <see langword="null"/> before the first attempt.</param>
    public async Task AddWebhooksAsync(string userId, Uri address, int count = 1, int? failures = null)
    {
        await using var db = database.NewContext();
        foreach (var id in Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7()))
        {
            db.Webhooks.Add(new Webhook
            {
                Id = id,
                UserId = userId,
                Url = address.ToString(),
                EventTypes = [],
                Secret = Secrets.Seal(new byte[32], id),
                Failures = failures,
                CreatedAt = TestCampaign.CreatedAt,
            });
        }
        await db.SaveChangesAsync();
    }

    /// <summary>Adds events of one campaign of a caller; with them the deliveries.</summary>
    public async Task AddEventsAsync(string userId, int count = 1)
    {
        await using var db = database.NewContext();
        var campaign = TestCampaign.Create(userId: userId);
        db.Campaigns.Add(campaign);
        for (var attempt = 0; attempt < count; attempt++)
        {
            db.Events.Add(new CampaignEvent
            {
                UserId = userId,
                CampaignId = campaign.Id,
                Type = "campaign.part.retrying",
                Attempt = attempt,
                Data = "{}",
                // An hour slow, and the other way round: no delivery depends on a process's clock.
                At = TimeProvider.System.GetUtcNow().AddHours(attempt % 2 == 0 ? 1 : -1),
            });
        }
        await db.SaveChangesAsync();
    }

    /// <summary>Claims what a pump without running attempts would claim.</summary>
    public Task<List<ClaimedDelivery>> ClaimAsync(int proven = 1000, int others = 1000) =>
        Store.ClaimAsync(new Dictionary<Guid, int>(), proven, others, CancellationToken.None);

    /// <summary>How many deliveries are in a state.</summary>
    public Task<long> CountAsync(string status) =>
        database.ScalarAsync<long>($"SELECT count(*) FROM webhook_deliveries WHERE status = '{status}'");

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await database.DisposeAsync();
    }
}
