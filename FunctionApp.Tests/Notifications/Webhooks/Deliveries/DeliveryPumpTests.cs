using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.Notifications.Webhooks.Deliveries;

/// <summary>How receivers affect each other, and how quickly many messages go out.</summary>
[Collection(QuietCollection.Name)]
public sealed class DeliveryPumpTests(LocalServicesFixture services)
{
    private const string Bystander = "bystander";

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    public async Task Receivers_200Hang_AnotherGetsItsMessagesInTime(int? failures)
    {
        // Accepts connections, as the system does for a listener, and never answers.
        using var hanging = new TcpListener(IPAddress.Loopback, 0);
        hanging.Start(backlog: 1000);
        await using var receiver = await HookReceiver.StartAsync();
        await using var database = await DeliveryDatabase.CreateAsync(services);
        for (var user = 0; user < 10; user++)
        {
            await database.AddWebhooksAsync($"user-{user}", new Uri($"http://{hanging.LocalEndpoint}/"), count: 20, failures);
            await database.AddEventsAsync($"user-{user}", count: 10);
        }
        await database.AddWebhooksAsync(Bystander, receiver.Address);
        using var pump = database.NewPump();
        await pump.StartAsync(CancellationToken.None);

        for (var message = 1; message <= 8; message++)
        {
            var start = Stopwatch.GetTimestamp();
            await database.AddEventsAsync(Bystander);
            await Eventually.TrueAsync(() => Task.FromResult(receiver.Received.Count == message));
            // A second for each round of claims, five of which fill the process: never the time after which a call is given up.
            Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, DeliveryDatabase.Options.Timeout / 2);
        }

        await Eventually.TrueAsync(async () => await database.CountAsync("PENDING") == 2000);
        await pump.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Stop_AttemptUnderWay_IsDueAgainAtOnce()
    {
        using var hanging = new TcpListener(IPAddress.Loopback, 0);
        hanging.Start();
        await using var database = await DeliveryDatabase.CreateAsync(services);
        await database.AddWebhooksAsync("ann", new Uri($"http://{hanging.LocalEndpoint}/"));
        await database.AddEventsAsync("ann");
        using (var pump = database.NewPump())
        {
            await pump.StartAsync(CancellationToken.None);
            using var call = await hanging.AcceptTcpClientAsync();
            await pump.StopAsync(CancellationToken.None);
        }

        var again = Assert.Single(await database.ClaimAsync());
        Assert.Equal(0, again.Attempts);
    }

    [Fact]
    public async Task Deliveries_Thousands_GoOutInBatches()
    {
        const int Webhooks = 19;
        const int Events = 300;
        await using var receiver = await HookReceiver.StartAsync();
        await using var database = await DeliveryDatabase.CreateAsync(services);
        await database.AddWebhooksAsync("ann", receiver.Address, Webhooks);
        await database.AddEventsAsync("ann", Events);
        using var pump = database.NewPump();
        await pump.StartAsync(CancellationToken.None);

        // One by one it took two minutes.
        await Eventually.TrueAsync(async () => await database.CountAsync("DELIVERED") == Webhooks * Events, TimeSpan.FromSeconds(30));

        await pump.StopAsync(CancellationToken.None);
        Assert.Equal(Webhooks * Events, receiver.Received.Count);
    }

    [Fact]
    public async Task Attempts_UsedUp_BecomeADeadLetter()
    {
        await using var receiver = await HookReceiver.StartAsync();
        receiver.Respond = http =>
        {
            http.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        await using var database = await DeliveryDatabase.CreateAsync(services, DeliveryDatabase.Options with
        {
            Retry = DeliveryDatabase.Options.Retry with { MaxAttempts = 3, FirstInterval = TimeSpan.FromMilliseconds(1) },
        });
        await database.AddWebhooksAsync("ann", receiver.Address);
        await database.AddEventsAsync("ann");
        using var pump = database.NewPump();
        await pump.StartAsync(CancellationToken.None);

        await Eventually.TrueAsync(async () => await database.CountAsync("DEAD") == 1);

        await pump.StopAsync(CancellationToken.None);
        Assert.Equal(3, receiver.Received.Count);
        Assert.Single(receiver.Received.Select(message => message.Headers["webhook-id"]).Distinct());
        Assert.Equal(1, await database.Database.ScalarAsync<long>("SELECT count(*) FROM dead_letters WHERE kind = 'WEBHOOK' AND error_code = 'http_500'"));
    }

    [Fact]
    public async Task Receiver410_DisablesTheWebhook()
    {
        await using var receiver = await HookReceiver.StartAsync();
        receiver.Respond = http =>
        {
            http.Response.StatusCode = 410;
            return Task.CompletedTask;
        };
        await using var database = await DeliveryDatabase.CreateAsync(services);
        await database.AddWebhooksAsync("ann", receiver.Address);
        await database.AddEventsAsync("ann", count: 3);
        using var pump = database.NewPump();
        await pump.StartAsync(CancellationToken.None);

        await Eventually.TrueAsync(async () => await database.CountAsync("DEAD") == 3);
        await database.AddEventsAsync("ann");

        await pump.StopAsync(CancellationToken.None);
        Assert.Single(receiver.Received);
        Assert.Equal(0, await database.CountAsync("PENDING"));
        Assert.Equal(2, await database.Database.ScalarAsync<long>("SELECT count(*) FROM dead_letters WHERE error_code = 'webhook_disabled'"));
        Assert.True(await database.Database.ScalarAsync<bool>("SELECT disabled_at IS NOT NULL FROM webhooks"));
    }
}
