using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Azure.Storage.Blobs;
using DurableTask.PostgreSQL.Tests.Infrastructure;
using FunctionApp.Tests.Access;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.EndToEnd;

/// <summary>A Blob Storage that has lost an image, or is away.</summary>
[Collection(EndToEndCollection.Name)]
public sealed partial class LostImageTests(LocalServicesFixture services) : IAsyncLifetime
{
    private readonly AtelierFixture _atelier = new() { PlainPictures = true };

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _atelier.DisposeAsync();

    [Fact]
    public async Task Image_LostAfterTheCampaignIsComplete_IsFoundByItsReaderAndMadeAgainByARetry()
    {
        var api = await _atelier.StartAsync(services);
        var id = await api.StartAsync("A lighthouse", images: 2);
        Assert.Equal("COMPLETE", (string)(await api.EndOfAsync(id))["status"]!);
        var kept = await api.Http.GetByteArrayAsync($"/api/campaigns/{id}/images/0");
        var lost = await api.Http.GetByteArrayAsync($"/api/campaigns/{id}/images/1");
        var container = new BlobContainerClient(services.StorageConnectionString, _atelier.Container);
        Assert.True((await container.DeleteBlobIfExistsAsync($"{id}/image-1.png")).Value);

        using var missing = await api.Http.GetAsync($"/api/campaigns/{id}/images/1");

        await missing.AssertProblemAsync(404, "image_lost");
        var failed = await api.GetAsync(id);
        Assert.Equal(("FAILED", "image_lost", "image/1"), ((string)failed["status"]!, (string)failed["error"]!["code"]!, (string)failed["error"]!["part"]!));
        Assert.Equal(("COMPLETE", "FAILED"), ((string)failed["images"]![0]!["status"]!, (string)failed["images"]![1]!["status"]!));
        Assert.Null((string?)failed["images"]![1]!["url"]);
        using var retry = await api.Http.PostAsync(new Uri($"/api/campaigns/{id}/retry", UriKind.Relative), content: null);
        Assert.Equal(HttpStatusCode.Accepted, retry.StatusCode);
        Assert.Equal("COMPLETE", (string)(await api.EndOfAsync(id))["status"]!);
        Assert.Equal(lost, await api.Http.GetByteArrayAsync($"/api/campaigns/{id}/images/1"));
        Assert.Equal(kept, await api.Http.GetByteArrayAsync($"/api/campaigns/{id}/images/0"));
        Assert.Equal((1, 2), (_atelier.CallsOf(id, "image/0").Calls, _atelier.CallsOf(id, "image/1").Calls));
    }

    [Fact]
    public async Task Storage_Slow_EveryImageIsStoredAndMadeOnce()
    {
        await _atelier.StartAsync(services);
        var endpoint = BlobEndpoint().Match(services.StorageConnectionString).Groups["port"];
        using var link = new Link("127.0.0.1", int.Parse(endpoint.Value, CultureInfo.InvariantCulture));
        await using var host = await _atelier.StartAnotherAsync(new Dictionary<string, string>
        {
            ["AzureWebJobsStorage"] = services.StorageConnectionString.Replace($":{endpoint.Value}/", $":{link.Port}/", StringComparison.Ordinal),
        });
        using var http = new HttpClient { BaseAddress = host.Address };
        var api = new CampaignApi(http);
        await _atelier.StopAsync();
        link.Latency = TimeSpan.FromSeconds(3);

        var start = TimeProvider.System.GetTimestamp();
        var ids = await Task.WhenAll(Enumerable.Range(0, 5).Select(n => api.StartAsync($"Campaign {n}", images: 2)));
        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(3));

        foreach (var id in ids)
        {
            Assert.Equal("COMPLETE", (string)(await api.EndOfAsync(id))["status"]!);
            Assert.Equal(1, _atelier.CallsOf(id, "image/0").Calls);
            Assert.NotEmpty(await api.Http.GetByteArrayAsync($"/api/campaigns/{id}/images/0"));
        }
    }

    [Fact]
    public async Task Container_Lost_EveryImageIsMadeAgain()
    {
        var api = await _atelier.StartAsync(services);
        var id = await api.StartAsync("A harbour", images: 2);
        Assert.Equal("COMPLETE", (string)(await api.EndOfAsync(id))["status"]!);
        await new BlobContainerClient(services.StorageConnectionString, _atelier.Container).DeleteAsync();

        foreach (var index in (int[])[0, 1])
        {
            using var missing = await api.Http.GetAsync($"/api/campaigns/{id}/images/{index}");
            await missing.AssertProblemAsync(404, "image_lost");
        }

        using var retry = await api.Http.PostAsync(new Uri($"/api/campaigns/{id}/retry", UriKind.Relative), content: null);
        Assert.Equal(HttpStatusCode.Accepted, retry.StatusCode);
        Assert.Equal("COMPLETE", (string)(await api.EndOfAsync(id))["status"]!);
        Assert.NotEmpty(await api.Http.GetByteArrayAsync($"/api/campaigns/{id}/images/1"));
    }

    [Fact]
    public async Task Storage_Away_HostIsNotReady_AndImagesAre503ButNotLost()
    {
        var api = await _atelier.StartAsync(services);
        var id = await api.StartAsync("A bridge", images: 1);
        Assert.Equal("COMPLETE", (string)(await api.EndOfAsync(id))["status"]!);
        var settings = new Dictionary<string, string>(_atelier.Settings)
        {
            // A port where nothing listens.
            ["AzureWebJobsStorage"] = services.StorageConnectionString.Replace(
                $":{new BlobServiceClient(services.StorageConnectionString).Uri.Port}/", ":1/", StringComparison.Ordinal),
        };

        await using var other = await HostProcess.StartUntilAsync("Waiting for Blob Storage", settings);
        using var http = new HttpClient { BaseAddress = other.Address };
        using var ready = await http.GetAsync("/api/health/ready");
        using var live = await http.GetAsync("/api/health/live");
        using var image = await http.GetAsync($"/api/campaigns/{id}/images/0");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (ready.StatusCode, live.StatusCode));
        var checks = (await CampaignApi.ReadAsync(ready))["checks"]!.AsArray();
        Assert.Equal("failed", (string)checks.Single(check => (string)check!["name"]! == "blobs")!["status"]!);
        Assert.DoesNotContain("Atelier is ready", other.Output, StringComparison.Ordinal);
        await image.AssertProblemAsync(503, "storage_unavailable");
        Assert.Equal("5", image.Header("Retry-After"));
        Assert.Equal("COMPLETE", (string)(await api.GetAsync(id))["status"]!);
    }

    [GeneratedRegex(@"BlobEndpoint=http://[^:;]+:(?<port>\d+)/", RegexOptions.ExplicitCapture)]
    private static partial Regex BlobEndpoint();
}
