using System.Text.Json.Nodes;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.EndToEnd.Providers;

/// <summary>Many images at once at a provider that allows few calls a second and does not say how long to wait.</summary>
[Collection(QuietCollection.Name)]
public sealed class RateLimitTests(LocalServicesFixture services)
{
    private const int Campaigns = 6;
    private const int ImagesOfEach = 10;

    [Fact]
    public async Task Provider_RefusesByRate_AllImagesAreMadeWithFewRefusals()
    {
        await using var atelier = new AtelierFixture
        {
            PlainPictures = true,
            RequestsPerSecond = 5,
            MoreSettings = new Dictionary<string, string>
            {
                ["Retry__Image__MaxAttempts"] = "5",
                ["Retry__Image__FirstInterval"] = "00:00:02",
            },
        };
        var api = await atelier.StartAsync(services);

        var ids = await Task.WhenAll(Enumerable.Range(0, Campaigns).Select(n => api.StartAsync($"Campaign {n}", ImagesOfEach)));

        var refused = 0;
        foreach (var id in ids)
        {
            JsonNode campaign = await api.EndOfAsync(id);
            Assert.Equal("COMPLETE", (string)campaign["status"]!);
            refused += campaign["failedAttempts"]!.AsArray().Count;
        }

        // On a busy machine a refusal comes late, and more calls are made before it.
        Assert.InRange(refused, 1, 60);
    }
}
