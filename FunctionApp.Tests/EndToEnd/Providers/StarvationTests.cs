using System.Net;
using System.Text.Json.Nodes;
using AiSimulator.Calls;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.EndToEnd.Providers;

/// <summary>A provider in trouble, with more parts waiting for it than a process runs activities, beside a healthy one.</summary>
[Collection(QuietCollection.Name)]
public sealed class StarvationTests(LocalServicesFixture services) : IAsyncLifetime
{
    // host.json allows 100 activities at once.
    private const int Campaigns = 15;
    private const int ImagesOfEach = 10;
    private const int Places = 60;

    private readonly AtelierFixture _atelier = new()
    {
        PlainPictures = true,
        MoreSettings = new Dictionary<string, string>
        {
            ["Providers__StableDiffusion__Endpoint"] = "{simulator}",
            ["Providers__StableDiffusion__Timeout"] = "00:10:00",
            ["Retry__Image__MaxAttempts"] = "50",
        },
    };

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _atelier.DisposeAsync();

    [Fact]
    public async Task Provider_Hangs_UsesOnlyItsSlotsAndOtherCampaignsComplete()
    {
        await _atelier.StartAsync(services);
        var hanging = await StartManyAsync("A cellar [[fault: image timeout x*]]");
        await Eventually.TrueAsync(() => Task.FromResult(_atelier.RunningCalls >= Places), TimeSpan.FromSeconds(60));

        var well = await _atelier.Api.EndOfAsync(await _atelier.Api.StartAsync("A terrace", images: 4));

        Assert.Equal("COMPLETE", (string)well["status"]!);
        Assert.Empty(well["failedAttempts"]!.AsArray());
        Assert.Equal(Places, _atelier.RunningCalls);
        foreach (var id in hanging)
        {
            // A part that waits for a slot has not failed and has used up no attempt.
            var campaign = await _atelier.Api.GetAsync(id);
            Assert.Equal("RUNNING", (string)campaign["status"]!);
            Assert.Empty(campaign["failedAttempts"]!.AsArray());
        }
    }

    [Fact]
    public async Task Provider_RateLimits_IsNotCalledEarlyAndOtherCampaignsComplete()
    {
        await _atelier.StartAsync(services);
        var refused = await StartManyAsync("A cellar [[fault: image 429 x* retry-after=60]]");
        await Eventually.TrueAsync(async () => await AttemptsOfAsync(refused) > 0, TimeSpan.FromSeconds(60));

        var well = await _atelier.Api.EndOfAsync(await _atelier.Api.StartAsync("A terrace", images: 4));

        Assert.Equal("COMPLETE", (string)well["status"]!);
        Assert.Empty(well["failedAttempts"]!.AsArray());
        // Only the calls that were under way together were refused; no other was made before the minute was over.
        Assert.InRange(await AttemptsOfAsync(refused), 1, Places);
    }

    private async Task<List<string>> StartManyAsync(string prompt)
    {
        var ids = new List<string>();
        for (var i = 0; i < Campaigns; i++)
        {
            using var response = await _atelier.Api.PostAsync(new JsonObject
            {
                ["prompt"] = prompt,
                ["images"] = new JsonObject { ["count"] = ImagesOfEach },
                ["providers"] = new JsonObject { ["image"] = "stable-diffusion" },
            });
            Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
            ids.Add((string)(await CampaignApi.ReadAsync(response))["id"]!);
        }

        return ids;
    }

    private Task<int> AttemptsOfAsync(IEnumerable<string> campaigns) => Task.FromResult(campaigns.Sum(
        id => Enumerable.Range(0, ImagesOfEach).Sum(index => _atelier.Calls(id, $"image/{index}", Operations.Image).Count)));
}
