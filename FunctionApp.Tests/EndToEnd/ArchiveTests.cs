using System.IO.Compression;
using System.Net;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using FunctionApp.Tests.Access;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.EndToEnd;

/// <summary>A campaign as a zip file.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class ArchiveTests(LocalServicesFixture services) : IAsyncLifetime
{
    private readonly AtelierFixture _atelier = new() { PlainPictures = true };
    private CampaignApi _api = null!;

    public async Task InitializeAsync() => _api = await _atelier.StartAsync(services);

    public async Task DisposeAsync() => await _atelier.DisposeAsync();

    [Fact]
    public async Task Archive_OfACompleteCampaign_HasItsImagesItsTextAndItsDescription()
    {
        var id = await CompleteAsync();

        using var response = await _api.Http.GetAsync($"/api/campaigns/{id}/archive");
        using var head = await _api.Http.SendAsync(HttpMethod.Head, $"/api/campaigns/{id}/archive", []);

        Assert.Equal(("application/zip", $"A-lighthouse-at-night-{id[^8..]}.zip"),
            (response.Content.Headers.ContentType!.MediaType, response.Content.Headers.ContentDisposition!.FileNameStar));
        await using var archive = await OpenAsync(response);
        Assert.Equal(["campaign.json", "text.txt", "image-0.png", "image-1.png"], archive.Entries.Select(entry => entry.FullName));
        Assert.All(archive.Entries, entry => Assert.Equal(entry.Length, entry.CompressedLength));
        foreach (var index in (int[])[0, 1])
            Assert.Equal(await _api.Http.GetByteArrayAsync($"/api/campaigns/{id}/images/{index}"), await ReadAsync(archive, $"image-{index}.png"));
        var description = JsonNode.Parse(await ReadAsync(archive, "campaign.json"))!;
        Assert.Equal((id, 0), ((string)description["id"]!, description["missingFiles"]!.AsArray().Count));
        Assert.Equal((string)description["text"]!["content"]!, System.Text.Encoding.UTF8.GetString(await ReadAsync(archive, "text.txt")));
        Assert.Equal((HttpStatusCode.OK, "application/zip"), (head.StatusCode, head.Content.Headers.ContentType!.MediaType));
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Archive_WithAnImageThatIsLost_LeavesItOutAndNamesIt()
    {
        var id = await CompleteAsync();
        await new BlobContainerClient(services.StorageConnectionString, _atelier.Container).DeleteBlobAsync($"{id}/image-0.png");

        await using var archive = await OpenAsync(await _api.Http.GetAsync($"/api/campaigns/{id}/archive"));

        Assert.Equal(["campaign.json", "text.txt", "image-1.png"], archive.Entries.Select(entry => entry.FullName));
        Assert.Equal("image-0.png", (string)Assert.Single(JsonNode.Parse(await ReadAsync(archive, "campaign.json"))!["missingFiles"]!.AsArray())!);
        // As with any other reader, a retry makes it again.
        Assert.Equal("FAILED", (string)(await _api.GetAsync(id))["status"]!);
    }

    private async Task<string> CompleteAsync()
    {
        var id = await _api.StartAsync("A lighthouse: at night", images: 2);
        Assert.Equal("COMPLETE", (string)(await _api.EndOfAsync(id))["status"]!);
        return id;
    }

    private static async Task<ZipArchive> OpenAsync(HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return new ZipArchive(await response.Content.ReadAsStreamAsync(), ZipArchiveMode.Read);
    }

    private static async Task<byte[]> ReadAsync(ZipArchive archive, string name)
    {
        await using var content = await archive.GetEntry(name)!.OpenAsync();
        var bytes = new MemoryStream();
        await content.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}
