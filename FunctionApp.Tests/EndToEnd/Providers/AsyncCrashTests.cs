using System.Net;
using System.Text.Json.Nodes;
using AiSimulator.Calls;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.EndToEnd.Providers;

/// <summary>The process dies while jobs are under way at their providers, or the provider forgets them.</summary>
[Collection(ProvidersCollection.Name)]
public sealed class AsyncCrashTests(LocalServicesFixture services) : IAsyncLifetime
{
    private const int Campaigns = 12;
    private const int ImagesOfEach = 3;

    private readonly AtelierFixture _atelier = new()
    {
        PlainPictures = true,
        ImageLatency = TimeSpan.FromSeconds(2),
        MoreSettings = AsyncProviders.Settings,
    };

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _atelier.DisposeAsync();

    [Fact]
    public async Task Kill_DuringJobs_LosesNoImageAndOrdersNoRecordedJobAgain()
    {
        await _atelier.StartAsync(services);
        var ids = new List<string>();
        for (var i = 0; i < Campaigns; i++) ids.Add(await StartAsync(i % 2 == 0 ? "replicate" : "callback", $"A pier {i}"));
        await Eventually.TrueAsync(async () => ids.Sum(OrdersOf) >= Campaigns * ImagesOfEach / 2 && (await _atelier.JobsAsync()).Count > 0);
        var onRecord = new HashSet<string>(await _atelier.JobsAsync());

        // The address of the callbacks dies with the process.
        await _atelier.KillAndRestartAsync();

        foreach (var id in ids)
        {
            var campaign = await _atelier.Api.EndOfAsync(id, TimeSpan.FromMinutes(2));
            Assert.Equal("COMPLETE", (string)campaign["status"]!);
            Assert.Empty(campaign["failedAttempts"]!.AsArray());
            for (var image = 0; image < ImagesOfEach; image++)
            {
                Assert.NotEmpty(await _atelier.Api.Http.GetByteArrayAsync($"/api/campaigns/{id}/images/{image}"));
                Assert.InRange(_atelier.Calls(id, $"image/{image}", Operations.Image).Count, 1, 2);
            }
        }

        Assert.NotEmpty(onRecord);
        Assert.Subset(new HashSet<string>(await _atelier.JobsAsync()), onRecord);
    }

    [Theory]
    [InlineData("replicate")]
    [InlineData("callback")]
    public async Task Provider_ForgetsAJob_ImageIsOrderedAgain(string provider)
    {
        await _atelier.StartAsync(services);
        await _atelier.AddFaultAsync(new { kind = "job-stuck", provider });
        var id = await StartAsync(provider, "A pier");
        await Eventually.TrueAsync(async () => (await _atelier.JobsAsync()).Count == ImagesOfEach);

        await _atelier.RestartSimulatorAsync();

        var campaign = await _atelier.Api.EndOfAsync(id, TimeSpan.FromMinutes(2));
        Assert.Equal("COMPLETE", (string)campaign["status"]!);
        Assert.All(campaign["failedAttempts"]!.AsArray(), attempt => Assert.Contains((string)attempt!["code"]!, (string[])["server_error", "connection_failed", "timeout"]));
        Assert.Contains(campaign["failedAttempts"]!.AsArray(), attempt => ((string)attempt!["message"]!).Contains("does not know its job any more", StringComparison.Ordinal));
    }

    private int OrdersOf(string id) => Enumerable.Range(0, ImagesOfEach).Sum(image => _atelier.Calls(id, $"image/{image}", Operations.Image).Count);

    private async Task<string> StartAsync(string provider, string prompt)
    {
        using var response = await _atelier.Api.PostAsync(new JsonObject
        {
            ["prompt"] = prompt,
            ["images"] = new JsonObject { ["count"] = ImagesOfEach },
            ["providers"] = new JsonObject { ["image"] = provider },
        });
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        return (string)(await CampaignApi.ReadAsync(response))["id"]!;
    }
}
