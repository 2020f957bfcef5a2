using System.Net;
using Atelier.Durable;
using Atelier.Notifications.Webhooks;
using Atelier.Notifications.Webhooks.Deliveries;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.Notifications.Webhooks.Deliveries;

/// <summary>What is claimed and recorded when processes die and receivers fail.</summary>
[Collection(LocalServicesCollection.Name)]
public sealed class DeliveryStoreTests(LocalServicesFixture services) : IAsyncLifetime
{
    private static readonly Uri Receiver = new("http://127.0.0.1:1/hook");
    private static readonly WebhookResponse Success = new(HttpStatusCode.OK, Body: null, Failure: null);
    private static readonly WebhookResponse TimedOut = new(Status: null, Body: null, WebhookResponse.TimedOut);

    private DeliveryDatabase _database = null!;

    public async Task InitializeAsync() => _database = await DeliveryDatabase.CreateAsync(services);

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Claim_ProcessDied_AnotherClaimsWhenTheLeaseHasEnded_AndTheAttemptCountsOnce()
    {
        await _database.AddWebhooksAsync("ann", Receiver);
        await _database.AddEventsAsync("ann");
        var first = Assert.Single(await _database.ClaimAsync());
        Assert.Empty(await _database.ClaimAsync());

        await PassAsync(DeliveryDatabase.Options.Timeout + TimeSpan.FromSeconds(15));
        var second = Assert.Single(await _database.ClaimAsync());
        await RecordAsync(Failed(second));
        await RecordAsync(Failed(first));

        Assert.Equal(first.Id, second.Id);
        Assert.Equal(1, await _database.Database.ScalarAsync<int>("SELECT attempts FROM webhook_deliveries"));
    }

    [Fact]
    public async Task Claim_ReceiverNotProven_GetsOneMessage_AProvenOneFour()
    {
        await _database.AddWebhooksAsync("ann", Receiver);
        await _database.AddEventsAsync("ann", count: 10);
        var first = Assert.Single(await _database.ClaimAsync());
        Assert.False(first.IsProven);
        await RecordAsync(new DeliveryOutcome(first, DeliveryEnd.Delivered, Success));

        var next = await _database.ClaimAsync();

        Assert.Equal(4, next.Count);
        Assert.All(next, delivery => Assert.True(delivery.IsProven));
        Assert.Equal(next.Select(delivery => delivery.Event.Id).Order(), next.Select(delivery => delivery.Event.Id));
    }

    [Fact]
    public async Task Record_ReceiverKeepsFailing_WaitsLongerEachTime_AndASuccessEndsThat()
    {
        await _database.AddWebhooksAsync("ann", Receiver);
        await _database.AddEventsAsync("ann", count: 20);
        var pauses = new List<double>();
        for (var failure = 0; failure < 8; failure++)
        {
            await RecordAsync(Failed(Assert.Single(await _database.ClaimAsync())));
            pauses.Add(Math.Round(await _database.Database.ScalarAsync<double>("SELECT extract(epoch FROM retry_at - now())::float8 FROM webhooks")));
            await PassAsync(TimeSpan.FromMinutes(5));
        }
        Assert.Equal([0, 5, 16, 51, 164, 300, 300, 300], pauses.Select(pause => Math.Max(0, pause)));

        await RecordAsync(new DeliveryOutcome(Assert.Single(await _database.ClaimAsync()), DeliveryEnd.Delivered, Success));
        Assert.Equal(4, (await _database.ClaimAsync()).Count);
    }

    [Fact]
    public async Task Claim_PauseFromBeforeTheClockWasSet_IsOver()
    {
        await _database.AddWebhooksAsync("ann", Receiver, failures: 3);
        await _database.AddEventsAsync("ann");

        await _database.Database.ScalarAsync<int>("UPDATE webhooks SET retry_at = now() + interval '4 minutes' RETURNING 1");
        Assert.Empty(await _database.ClaimAsync());
        await _database.Database.ScalarAsync<int>("UPDATE webhooks SET retry_at = now() + interval '1 hour' RETURNING 1");
        Assert.Single(await _database.ClaimAsync());
    }

    [Fact]
    public async Task GiveUp_ReceiverFailedForAWeek_MakesDeadLettersOfWhatItNeverGot()
    {
        await _database.AddWebhooksAsync("ann", Receiver, failures: 3);
        await _database.AddWebhooksAsync("bob", Receiver, failures: 0);
        await _database.AddEventsAsync("ann", count: 2);
        await _database.AddEventsAsync("bob", count: 2);
        Assert.Equal(0, await _database.Store.GiveUpAsync(CancellationToken.None));

        await PassAsync(TimeSpan.FromDays(7));

        Assert.Equal(2, await _database.Store.GiveUpAsync(CancellationToken.None));
        Assert.Equal(2, await _database.Database.ScalarAsync<long>("SELECT count(*) FROM dead_letters WHERE user_id = 'ann' AND error_code = 'receiver_failing'"));
        Assert.Equal(2, await _database.CountAsync("PENDING"));
    }

    private Task RecordAsync(DeliveryOutcome outcome) => _database.Store.RecordAsync([outcome], CancellationToken.None);

    private static DeliveryOutcome Failed(ClaimedDelivery delivery) => new(
        delivery, DeliveryEnd.None, TimedOut, new ActivityFailure(WebhookResponse.TimedOut, "No.", CanRetry: true), TimeSpan.FromDays(1));

    /// <summary>Makes all that is stored older.</summary>
    private Task<long> PassAsync(TimeSpan time) => _database.Database.ScalarAsync<long>(
        $"""
        WITH hooks AS (UPDATE webhooks SET retry_at = retry_at - interval '{time.TotalSeconds} s' RETURNING 1),
        deliveries AS (
            UPDATE webhook_deliveries SET due_at = due_at - interval '{time.TotalSeconds} s', started_at = started_at - interval '{time.TotalSeconds} s'
            RETURNING 1)
        SELECT count(*) FROM hooks, deliveries
        """);
}
