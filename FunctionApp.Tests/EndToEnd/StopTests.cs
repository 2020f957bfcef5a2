using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.EndToEnd;

/// <summary>Graceful stops of a host.</summary>
[Collection(QuietCollection.Name)]
public sealed class StopTests(LocalServicesFixture services)
{
    [Fact]
    public async Task Stop_IdleHostThatAdoptedTheCampaignsOfAKilledOne_EndsAtOnce()
    {
        await using var atelier = new AtelierFixture { ImageLatency = TimeSpan.FromSeconds(5), PlainPictures = true };
        var api = await atelier.StartAsync(services);
        await using var host = await atelier.StartAnotherAsync(new Dictionary<string, string> { ["AzureFunctionsJobHost__logging__logLevel__Host"] = "Information" });
        var ids = await Task.WhenAll(Enumerable.Range(0, 200).Select(n => api.StartAsync($"Campaign {n}", images: 1)));
        await atelier.KillAsync();
        using var http = new HttpClient { BaseAddress = host.Address };
        var other = new CampaignApi(http);
        foreach (var id in ids)
            Assert.Equal("COMPLETE", (string)(await other.EndOfAsync(id))["status"]!);

        var start = TimeProvider.System.GetTimestamp();
        Assert.Equal(0, await host.StopAsync());

        Assert.Contains("orchestrations of a dead node are free", host.Output, StringComparison.Ordinal);
        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(4));
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(60, 1)]
    public async Task Stop_ProviderCallsUnderWay_WaitsForDrainSecondsAndCountsWhatItCuts(int drainSeconds, int calls)
    {
        await using var atelier = new AtelierFixture
        {
            ImageLatency = TimeSpan.FromSeconds(15),
            PlainPictures = true,
            MoreSettings = new Dictionary<string, string> { ["EmbeddedHost__DrainSeconds"] = $"{drainSeconds}" },
        };
        var api = await atelier.StartAsync(services);
        var id = await api.StartAsync("Slow", images: 3);
        await Eventually.TrueAsync(() => Task.FromResult(atelier.CallsOf(id, "image/2").Calls == 1 && atelier.RunningCalls == 3));

        var start = TimeProvider.System.GetTimestamp();
        Assert.Equal(0, await atelier.StopAsync());
        var elapsed = TimeProvider.System.GetElapsedTime(start);
        var output = atelier.HostOutput;
        await atelier.RestartAsync();

        Assert.InRange(elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(calls == 2 ? 10 : 30));
        Assert.Equal(calls == 2, output.Contains("The stop cuts off 3 activities, which did not end within 1 s", StringComparison.Ordinal));
        Assert.Equal("COMPLETE", (string)(await atelier.Api.EndOfAsync(id))["status"]!);
        Assert.Equal(calls, atelier.CallsOf(id, "image/0").Calls);
    }
}
