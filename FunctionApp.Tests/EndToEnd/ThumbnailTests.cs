using System.Net;
using Atelier.Images;
using Azure.Storage.Blobs;
using FunctionApp.Tests.Access;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.EndToEnd;

/// <summary>Smaller copies of a campaign's images.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class ThumbnailTests(LocalServicesFixture services) : IAsyncLifetime
{
    private readonly AtelierFixture _atelier = new() { PlainPictures = true };
    private CampaignApi _api = null!;

    public async Task InitializeAsync() => _api = await _atelier.StartAsync(services);

    public async Task DisposeAsync() => await _atelier.DisposeAsync();

    [Theory]
    [InlineData("image/avif,image/webp,*/*;q=0.8", "image/webp", "webp")]
    [InlineData("*/*", "image/jpeg", "jpg")]
    [InlineData("image/webp;q=0, image/*", "image/jpeg", "jpg")]
    public async Task Image_OfAWidth_IsMadeOnceInAFormatTheCallerReads_AndStoredBesideTheOriginal(string accept, string contentType, string extension)
    {
        var id = await CompleteAsync();

        using var first = await GetAsync(id, "?version=1&width=160", accept);
        using var second = await GetAsync(id, "?version=1&width=160", accept);

        var bytes = await first.Content.ReadAsByteArrayAsync();
        Assert.Equal((HttpStatusCode.OK, contentType), (first.StatusCode, first.Content.Headers.ContentType!.MediaType));
        Assert.Equal((contentType, 160), (ImageHeader.Read(bytes)!.ContentType, ImageHeader.Read(bytes)!.Width));
        Assert.Contains("Accept", first.Headers.Vary);
        Assert.Equal((true, TimeSpan.FromDays(365)), (first.Headers.CacheControl!.Private, first.Headers.CacheControl.MaxAge));
        Assert.Equal(bytes, await second.Content.ReadAsByteArrayAsync());
        Assert.Equal(first.Headers.ETag, second.Headers.ETag);
        Assert.Equal([$"{id}/image-0.png", $"{id}/image-0/160.{extension}"], await BlobsAsync(id));
        using var known = new HttpRequestMessage(HttpMethod.Get, $"/api/campaigns/{id}/images/0?version=1&width=160") { Headers = { IfNoneMatch = { first.Headers.ETag! } } };
        known.Headers.TryAddWithoutValidation("Accept", accept);
        using var unchanged = await _api.Http.SendAsync(known);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
    }

    [Theory]
    [InlineData("?width=161")]
    [InlineData("?width=0")]
    [InlineData("?width=99999999999")]
    [InlineData("?width=wide")]
    public async Task Image_OfAWidthThatThereIsNot_IsRefused(string query)
    {
        var id = await CompleteAsync();

        using var response = await GetAsync(id, query, "*/*");

        var problem = await response.AssertProblemAsync(400, "validation_failed");
        Assert.Equal("must be one of 160, 320, 640, 1280.", (string)problem["errors"]!["width"]![0]!);
    }

    [Fact]
    public async Task Campaign_Deleted_TakesTheCopiesWithIt()
    {
        var id = await CompleteAsync();
        (await GetAsync(id, "?width=320", "image/webp")).Dispose();

        using var response = await _api.Http.DeleteAsync($"/api/campaigns/{id}");

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Empty(await BlobsAsync(id));
    }

    [Fact]
    public async Task Image_LostAndMadeAgain_HasNoCopiesOfTheOneBefore()
    {
        var id = await CompleteAsync();
        (await GetAsync(id, "?width=320", "image/webp")).Dispose();
        await NewContainer().DeleteBlobAsync($"{id}/image-0.png");

        using var missing = await GetAsync(id, "", "image/webp");

        await missing.AssertProblemAsync(404, "image_lost");
        Assert.Empty(await BlobsAsync(id));
    }

    private async Task<string> CompleteAsync()
    {
        var id = await _api.StartAsync("A lighthouse");
        Assert.Equal("COMPLETE", (string)(await _api.EndOfAsync(id))["status"]!);
        return id;
    }

    private async Task<HttpResponseMessage> GetAsync(string id, string query, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/campaigns/{id}/images/0{query}");
        request.Headers.TryAddWithoutValidation("Accept", accept);
        return await _api.Http.SendAsync(request);
    }

    private BlobContainerClient NewContainer() => new(services.StorageConnectionString, _atelier.Container);

    private async Task<List<string>> BlobsAsync(string id)
    {
        var names = new List<string>();
        await foreach (var blob in NewContainer().GetBlobsAsync(default, default, $"{id}/", CancellationToken.None))
            names.Add(blob.Name);
        return names;
    }
}
