using System.Text.Json.Nodes;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.EndToEnd;

/// <summary>A process with far fewer connections to PostgreSQL than requests and activities.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class ConnectionTests(LocalServicesFixture services)
{
    [Fact]
    public async Task FewConnections_ManyCampaigns_AllAreAcceptedAndComplete()
    {
        await using var atelier = new AtelierFixture { PlainPictures = true };
        await atelier.StartAsync(services);
        await using var host = await atelier.StartAnotherAsync(new Dictionary<string, string>
        {
            ["ConnectionStrings__Postgres"] = $"{atelier.ConnectionString};Maximum Pool Size=3",
        });
        using var http = new HttpClient { BaseAddress = host.Address };
        var api = new CampaignApi(http);

        var ids = await Task.WhenAll(Enumerable.Range(0, 40).Select(n => api.StartAsync($"Campaign {n}", images: 2)));

        JsonNode[] ends = await Task.WhenAll(ids.Select(id => api.EndOfAsync(id)));
        Assert.All(ends, end => Assert.Equal("COMPLETE", (string)end["status"]!));
        Assert.All(ends, end => Assert.Empty(end["failedAttempts"]!.AsArray()));
    }
}
