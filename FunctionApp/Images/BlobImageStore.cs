using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Atelier.Images;

/// <summary>Stores images as blobs of one private container, which is created with the first image.</summary>
/// <param name="container">The container.</param>
internal sealed class BlobImageStore(BlobContainerClient container) : IImageStore, IDisposable
{
    // The image under a name does not change; "private": shared caches must not store it.
    private const string CacheControl = "private, max-age=31536000, immutable";

    private readonly SemaphoreSlim _creating = new(1, 1);
    private volatile bool _created;

    /// <inheritdoc/>
    public async Task<StoredImage> SaveAsync(string name, ReadOnlyMemory<byte> bytes, string contentType, CancellationToken ct)
    {
        await CreateContainerAsync(ct);
        try
        {
            return await UploadAsync(name, bytes, contentType, ct);
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound.ToString())
        {
            // The container was deleted while the process was running.
            _created = false;
            await CreateContainerAsync(ct);
            return await UploadAsync(name, bytes, contentType, ct);
        }
    }

    /// <inheritdoc/>
    public async Task<ImageContent?> OpenAsync(string name, CancellationToken ct)
    {
        var blob = container.GetBlobClient(name);
        try
        {
            BlobProperties properties = await blob.GetPropertiesAsync(conditions: null, ct);
            return new ImageContent(
                new BlobReadStream(blob, properties.ContentLength, properties.ETag),
                properties.ContentType,
                properties.ContentLength,
                properties.ETag.ToString("H"),
                properties.LastModified);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(string name, CancellationToken ct) =>
        await container.GetBlobClient(name).DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, conditions: null, ct);

    /// <inheritdoc/>
    public async Task DeleteAllAsync(string prefix, CancellationToken ct)
    {
        try
        {
            await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, ct))
                await DeleteAsync(blob.Name, ct);
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound.ToString())
        {
            // No image has been stored yet.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _creating.Dispose();

    private async Task<StoredImage> UploadAsync(string name, ReadOnlyMemory<byte> bytes, string contentType, CancellationToken ct)
    {
        var options = new BlobUploadOptions
        {
            HttpHeaders = new BlobHttpHeaders { ContentType = contentType, CacheControl = CacheControl },
        };
        BlobContentInfo info = await container.GetBlobClient(name).UploadAsync(new BinaryData(bytes), options, ct);
        return new StoredImage(name, contentType, bytes.Length, info.ETag.ToString("H"));
    }

    private async Task CreateContainerAsync(CancellationToken ct)
    {
        if (_created)
            return;
        await _creating.WaitAsync(ct);
        try
        {
            if (_created)
                return;
            await container.CreateIfNotExistsAsync(PublicAccessType.None, metadata: null, encryptionScopeOptions: null, ct);
            _created = true;
        }
        finally
        {
            _creating.Release();
        }
    }
}
