using System.Net.Http.Json;
using FunctionApp.Tests.Hosting;
using FunctionApp.Tests.Notifications.Webhooks;
using Npgsql;

namespace FunctionApp.Tests.EndToEnd;

/// <summary>A process that is killed while it delivers webhooks.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class DeliveryCrashTests(LocalServicesFixture services)
{
    [Fact]
    public async Task Kill_DuringDeliveries_EachIsDeliveredOrADeadLetter()
    {
        await using var atelier = new AtelierFixture { PlainPictures = true };
        var api = await atelier.StartAsync(services);
        await using var slow = await HookReceiver.StartAsync();
        slow.Respond = http => Task.Delay(TimeSpan.FromMilliseconds(300), http.RequestAborted);
        await using var failing = await HookReceiver.StartAsync();
        failing.Respond = async http =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(300), http.RequestAborted);
            http.Response.StatusCode = 500;
        };
        foreach (var receiver in (HookReceiver[])[slow, failing])
        {
            using var created = await api.Http.PostAsJsonAsync("/api/webhooks", new { url = receiver.Address });
            created.EnsureSuccessStatusCode();
        }

        var ids = await Task.WhenAll(Enumerable.Range(0, 40).Select(n => api.StartAsync($"Campaign {n}", images: 0)));
        await Eventually.TrueAsync(() => Task.FromResult(slow.Received.Count >= 20 && failing.Received.Count >= 5));
        await atelier.KillAndRestartAsync();

        foreach (var id in ids)
            Assert.Equal("COMPLETE", (string)(await atelier.Api.EndOfAsync(id))["status"]!);
        await using var source = NpgsqlDataSource.Create(atelier.ConnectionString);
        await Eventually.TrueAsync(
            async () => await CountAsync(source, "SELECT count(*) FROM webhook_deliveries WHERE status NOT IN ('DELIVERED', 'DEAD')") == 0,
            TimeSpan.FromMinutes(2));
        var events = await CountAsync(source, "SELECT count(*) FROM campaign_events");
        Assert.Equal(events, await CountAsync(source, "SELECT count(*) FROM webhook_deliveries WHERE status = 'DELIVERED'"));
        Assert.Equal(events, await CountAsync(source, "SELECT count(*) FROM dead_letters WHERE kind = 'WEBHOOK'"));
        // Each message came, and one that came twice has its id again.
        Assert.Equal(events, slow.Received.Select(message => message.Headers["webhook-id"]).Distinct().Count());
        Assert.Equal(events, failing.Received.Select(message => message.Headers["webhook-id"]).Distinct().Count());
    }

    private static async Task<long> CountAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
