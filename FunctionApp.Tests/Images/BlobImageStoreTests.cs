using System.Net;
using Atelier.Images;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using FunctionApp.Tests.Generation;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.Images;

/// <summary>The image store on Azurite; each test has a container of its own.</summary>
[Collection(LocalServicesCollection.Name)]
public sealed class BlobImageStoreTests : IDisposable
{
    private const string Name = "0198f0c2-7a3b-7c4d-8e5f-0123456789ab/image-0.png";
    private static readonly byte[] Picture = [.. ProviderResponses.Png(64, 64), .. Enumerable.Range(0, 100_000).Select(i => (byte)(i * 31))];

    private readonly BlobContainerClient _container;
    private readonly BlobImageStore _store;

    public BlobImageStoreTests(LocalServicesFixture services)
    {
        _container = new BlobContainerClient(services.StorageConnectionString, $"images-{Guid.NewGuid():N}");
        _store = new BlobImageStore(_container);
    }

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Save_FirstImage_CreatesAPrivateContainerAndReadsBack()
    {
        var stored = await _store.SaveAsync(Name, Picture, "image/png", default);

        var opened = await _store.OpenAsync(Name, default);
        Assert.Equal((Name, "image/png", Picture.Length), (stored.Name, stored.ContentType, stored.Length));
        Assert.Equal((stored.ContentType, stored.Length, stored.ETag), (opened!.ContentType, opened.Length, opened.ETag));
        Assert.Matches("^\"[^\"]+\"$", stored.ETag);
        Assert.Equal(Picture, await ReadAsync(opened.Content));
        Assert.Equal(PublicAccessType.None, (await _container.GetPropertiesAsync()).Value.PublicAccess ?? PublicAccessType.None);
        Assert.Contains("private", (await _container.GetBlobClient(Name).GetPropertiesAsync()).Value.CacheControl, StringComparison.Ordinal);
        using var http = new HttpClient();
        using var anonymous = await http.GetAsync(_container.GetBlobClient(Name).Uri);
        Assert.NotEqual(HttpStatusCode.OK, anonymous.StatusCode);
    }

    [Fact]
    public async Task Save_ManyAtOnceIntoNoContainer_AllSucceed()
    {
        // Two stores: two processes that start together.
        using var other = new BlobImageStore(_container);
        var saves = Enumerable.Range(0, 16).Select(i => (i % 2 == 0 ? _store : other).SaveAsync($"{i}.png", Picture, "image/png", default));

        var stored = await Task.WhenAll(saves);

        Assert.Equal(16, stored.Select(s => s.Name).Distinct().Count());
    }

    [Fact]
    public async Task Save_SameNameAgain_ReplacesTheImage()
    {
        await _store.SaveAsync(Name, Picture, "image/png", default);
        var second = await _store.SaveAsync(Name, new byte[] { 1, 2, 3 }, "image/jpeg", default);

        var opened = await _store.OpenAsync(Name, default);

        Assert.Equal(("image/jpeg", 3L, second.ETag), (opened!.ContentType, opened.Length, opened.ETag));
        Assert.Equal([1, 2, 3], await ReadAsync(opened.Content));
    }

    [Fact]
    public async Task Save_ContainerWasDeleted_CreatesItAgain()
    {
        await _store.SaveAsync(Name, Picture, "image/png", default);
        await _container.DeleteAsync();

        await _store.SaveAsync(Name, Picture, "image/png", default);

        Assert.NotNull(await _store.OpenAsync(Name, default));
    }

    [Fact]
    public async Task Open_NoSuchImageOrContainer_GivesNone()
    {
        Assert.Null(await _store.OpenAsync(Name, default));
        await _store.SaveAsync(Name, Picture, "image/png", default);
        Assert.Null(await _store.OpenAsync("another.png", default));
    }

    [Fact]
    public async Task Delete_ImageOrNone_LeavesNone()
    {
        await _store.DeleteAsync(Name, default);
        await _store.SaveAsync(Name, Picture, "image/png", default);

        await _store.DeleteAsync(Name, default);
        await _store.DeleteAsync(Name, default);

        Assert.Null(await _store.OpenAsync(Name, default));
    }

    [Fact]
    public async Task Content_SeekAndRead_GivesThatPart()
    {
        await _store.SaveAsync(Name, Picture, "image/png", default);
        await using var content = (await _store.OpenAsync(Name, default))!.Content;
        var buffer = new byte[1_000];

        content.Seek(-1_000, SeekOrigin.End);
        await content.ReadExactlyAsync(buffer);
        Assert.Equal(Picture[^1_000..], buffer);
        Assert.Equal(0, await content.ReadAsync(buffer));

        content.Position = 50_000;
        await content.ReadExactlyAsync(buffer);
        Assert.Equal(Picture[50_000..51_000], buffer);

        content.Seek(500, SeekOrigin.Current);
        content.ReadExactly(buffer);
        Assert.Equal(Picture[51_500..52_500], buffer);
    }

    [Fact]
    public async Task Content_ImageReplacedBeforeItIsRead_FailsInsteadOfMixing()
    {
        await _store.SaveAsync(Name, Picture, "image/png", default);
        await using var content = (await _store.OpenAsync(Name, default))!.Content;
        await _store.SaveAsync(Name, new byte[] { 1, 2, 3 }, "image/png", default);

        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => ReadAsync(content));

        Assert.Equal(412, failure.Status);
    }

    private static async Task<byte[]> ReadAsync(Stream content)
    {
        using var buffer = new MemoryStream();
        await using (content)
            await content.CopyToAsync(buffer);
        return buffer.ToArray();
    }
}
