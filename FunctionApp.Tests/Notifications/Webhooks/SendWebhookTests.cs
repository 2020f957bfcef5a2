using Atelier.Durable;
using Atelier.Notifications;
using Atelier.Notifications.Webhooks;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using FunctionApp.Tests.Campaigns;
using FunctionApp.Tests.Hosting;
using FunctionApp.Tests.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace FunctionApp.Tests.Notifications.Webhooks;

/// <summary>How a receiver's response affects further messages.</summary>
[Collection(LocalServicesCollection.Name)]
public sealed class SendWebhookTests(LocalServicesFixture services) : IAsyncLifetime
{
    private static readonly WebhookOptions Options = new() { AllowPrivateTargets = true, EncryptionKeys = [new byte[32]] };
    private static readonly SecretBox Secrets = new(Options.EncryptionKeys);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 8, 3, 12, 0, 0, TimeSpan.Zero));
    private readonly Campaign _campaign = TestCampaign.Create();
    private readonly Guid _webhookId = Guid.CreateVersion7();
    private TestDatabase _database = null!;
    private HookReceiver _receiver = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(services);
        _receiver = await HookReceiver.StartAsync();
        await using AtelierDbContext db = _database.NewContext();
        db.Webhooks.Add(new Webhook
        {
            Id = _webhookId,
            UserId = _campaign.UserId,
            Url = _receiver.Address.ToString(),
            EventTypes = [],
            Secret = Secrets.Seal(new byte[32], _webhookId),
            CreatedAt = _time.GetUtcNow(),
        });
        db.Campaigns.Add(_campaign);
        await db.SaveChangesAsync();
    }

    public async Task DisposeAsync()
    {
        await _receiver.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData(429, "120", 120)]
    [InlineData(503, "120", 120)]
    [InlineData(429, "Mon, 03 Aug 2026 12:10:00 GMT", 600)]
    [InlineData(503, "604800", 86_400)]
    [InlineData(429, "2", null)]
    [InlineData(429, "-3", null)]
    [InlineData(429, "soon", null)]
    [InlineData(500, "120", null)]
    public async Task Send_ReceiverAsksToWait_WaitsForTheLonger(int status, string retryAfter, int? seconds)
    {
        RespondWith(status, retryAfter);

        ActivityFailure failure = await FailAsync(await AddDeliveryAsync());

        Assert.Equal(($"http_{status}", true), (failure.Code, failure.CanRetry));
        Assert.Equal(seconds is { } wait ? new RetryWait(TimeSpan.FromSeconds(wait), 1) : null, failure.Wait);
    }

    [Fact]
    public async Task Send_AttemptsOfThisRun_AreCountedOverItsWaits()
    {
        RespondWith(503, "3600");
        DeliveryInput input = await AddDeliveryAsync() with { AttemptsBefore = 0 };
        for (int attempt = 1; attempt < Options.Retry.MaxAttempts; attempt++)
            Assert.Equal(attempt, (await FailAsync(input)).Wait?.Attempts ?? attempt);

        Assert.Null((await FailAsync(input)).Wait);
        Assert.Equal(new RetryWait(TimeSpan.FromHours(1), 1), (await FailAsync(input with { AttemptsBefore = Options.Retry.MaxAttempts })).Wait);
    }

    [Fact]
    public async Task Send_RunNearItsEnd_WaitsNoLongerThanItHas()
    {
        RespondWith(503, "86400");
        DeliveryInput input = await AddDeliveryAsync();
        _time.Advance(Options.Retry.Timeout - TimeSpan.FromHours(1));

        Assert.Equal(TimeSpan.FromHours(1), (await FailAsync(input)).Wait!.Delay);
    }

    [Fact]
    public async Task Send_Receiver410_DisablesTheWebhook()
    {
        DeliveryInput first = await AddDeliveryAsync();
        DeliveryInput second = await AddDeliveryAsync("campaign.started");
        RespondWith(410);

        ActivityFailure gone = await FailAsync(first);
        ActivityFailure disabled = await FailAsync(second);

        Assert.Equal(("http_410", false), (gone.Code, gone.CanRetry));
        Assert.Equal(("webhook_disabled", false), (disabled.Code, disabled.CanRetry));
        Assert.Single(_receiver.Received);
        await using AtelierDbContext db = _database.NewContext();
        Assert.Equal(_time.GetUtcNow(), (await db.Webhooks.SingleAsync()).DisabledAt);
    }

    [Fact]
    public async Task Event_WebhookDisabled_IsNotDelivered()
    {
        RespondWith(410);
        await FailAsync(await AddDeliveryAsync());

        await AddEventAsync("campaign.started");

        await using AtelierDbContext db = _database.NewContext();
        Assert.Equal(1, await db.WebhookDeliveries.CountAsync());
    }

    private void RespondWith(int status, string? retryAfter = null) => _receiver.Respond = http =>
    {
        http.Response.StatusCode = status;
        http.Response.Headers.RetryAfter = retryAfter;
        return Task.CompletedTask;
    };

    private async Task<ActivityFailure> FailAsync(DeliveryInput input)
    {
        using var client = new WebhookClient(new WebhookTarget(new SystemHostNames(), Options, TimeProvider.System), Options, _time);
        await using AtelierDbContext db = _database.NewContext();
        var activity = new SendWebhook(db, new EventLog(_database.DataSource), client, Secrets, _time, NullLogger<SendWebhook>.Instance);
        return (await Assert.ThrowsAsync<ActivityFailedException>(() => activity.RunAsync(input, CancellationToken.None))).Failure;
    }

    private async Task<DeliveryInput> AddDeliveryAsync(string type = "campaign.accepted")
    {
        await AddEventAsync(type);
        await using AtelierDbContext db = _database.NewContext();
        WebhookDelivery delivery = await db.WebhookDeliveries.OrderByDescending(row => row.EventId).FirstAsync();
        delivery.ScheduledAt = _time.GetUtcNow();
        await db.SaveChangesAsync();
        return new DeliveryInput(delivery.Id, delivery.Run, Options.Retry, delivery.Attempts);
    }

    private async Task AddEventAsync(string type)
    {
        await using AtelierDbContext db = _database.NewContext();
        db.Events.Add(new CampaignEvent { UserId = _campaign.UserId, CampaignId = _campaign.Id, Type = type, Data = "{}", At = _time.GetUtcNow() });
        await db.SaveChangesAsync();
    }
}
