using Atelier.Notifications;
using Atelier.Notifications.Webhooks;
using Atelier.Notifications.Webhooks.Deliveries;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace FunctionApp.Tests.Notifications.Webhooks.Deliveries;

/// <summary>How a receiver's response affects the next attempt.</summary>
public sealed class DeliveryAttemptTests : IAsyncLifetime
{
    private static readonly WebhookOptions Options = DeliveryDatabase.Options;
    private static readonly SecretBox Secrets = new(Options.EncryptionKeys);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 8, 3, 12, 0, 0, TimeSpan.Zero));
    private HookReceiver _receiver = null!;

    public async Task InitializeAsync() => _receiver = await HookReceiver.StartAsync();

    public async Task DisposeAsync() => await _receiver.DisposeAsync();

    [Theory]
    [InlineData(429, "120", 120)]
    [InlineData(503, "120", 120)]
    [InlineData(429, "Mon, 03 Aug 2026 12:10:00 GMT", 600)]
    [InlineData(503, "604800", 86_400)]
    [InlineData(429, "2", 5)]
    [InlineData(429, "-3", 5)]
    [InlineData(429, "soon", 5)]
    [InlineData(500, "120", 5)]
    public async Task Make_ReceiverAsksToWait_WaitsForTheLonger(int status, string retryAfter, int seconds)
    {
        RespondWith(status, retryAfter);

        var outcome = await MakeAsync(Delivery());

        Assert.Equal((DeliveryEnd.None, $"http_{status}", TimeSpan.FromSeconds(seconds)), (outcome.End, outcome.Failure?.Code, outcome.Delay));
    }

    [Fact]
    public async Task Make_LastAttemptOfTheRun_IsTheEnd_WhateverTheReceiverAsks()
    {
        RespondWith(503, "3600");

        Assert.Equal(DeliveryEnd.None, (await MakeAsync(Delivery(attemptsOfRun: Options.Retry.MaxAttempts - 2))).End);
        Assert.Equal(DeliveryEnd.Dead, (await MakeAsync(Delivery(attemptsOfRun: Options.Retry.MaxAttempts - 1))).End);
    }

    [Fact]
    public async Task Make_RunNearItsEnd_WaitsNoLongerThanItHas()
    {
        RespondWith(503, "86400");

        Assert.Equal(TimeSpan.FromHours(1), (await MakeAsync(Delivery(sinceStart: Options.Retry.Timeout - TimeSpan.FromHours(1)))).Delay);
        Assert.Equal(DeliveryEnd.Dead, (await MakeAsync(Delivery(sinceStart: Options.Retry.Timeout))).End);
    }

    [Fact]
    public async Task Make_WebhookIsDisabled_CallsNobody()
    {
        var outcome = await MakeAsync(Delivery() with { IsDisabled = true });

        Assert.Equal((DeliveryEnd.Dead, "webhook_disabled", false), (outcome.End, outcome.Failure?.Code, outcome.CountsForReceiver));
        Assert.Empty(_receiver.Received);
    }

    private ClaimedDelivery Delivery(int attemptsOfRun = 0, TimeSpan sinceStart = default)
    {
        var webhookId = Guid.CreateVersion7();
        return new ClaimedDelivery(
            Guid.CreateVersion7(), webhookId, attemptsOfRun + 20, attemptsOfRun, sinceStart, _receiver.Address.ToString(),
            Secrets.Seal(new byte[32], webhookId), PreviousSecret: null, IsDisabled: false, IsProven: true,
            new LoggedEvent(1, "ann", Guid.CreateVersion7(), "campaign.accepted", "", "{}", _time.GetUtcNow()));
    }

    private void RespondWith(int status, string retryAfter) => _receiver.Respond = http =>
    {
        http.Response.StatusCode = status;
        http.Response.Headers.RetryAfter = retryAfter;
        return Task.CompletedTask;
    };

    private async Task<DeliveryOutcome> MakeAsync(ClaimedDelivery delivery)
    {
        using var client = new WebhookClient(new WebhookTarget(new SystemHostNames(), Options, TimeProvider.System), Options, _time);
        return await new DeliveryAttempt(client, Secrets, Options, NullLogger<DeliveryAttempt>.Instance).MakeAsync(delivery, CancellationToken.None);
    }
}
