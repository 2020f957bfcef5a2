namespace Atelier.Images;

/// <summary>Where the images of campaigns are kept.</summary>
public interface IImageStore
{
    /// <summary>Stores an image under a name. A second save under the same name replaces the first, so a repeated save does no harm.</summary>
    /// <param name="name">The name within the store, parts separated by slashes.</param>
    /// <param name="bytes">The encoded image.</param>
    /// <param name="contentType">What it is served as.</param>
    /// <param name="ct">Ends the upload.</param>
    Task<StoredImage> SaveAsync(string name, ReadOnlyMemory<byte> bytes, string contentType, CancellationToken ct);

    /// <summary>Opens an image for reading, or gives null where there is none of that name.</summary>
    /// <param name="name">The name it was saved under.</param>
    /// <param name="ct">Ends the opening.</param>
    Task<ImageContent?> OpenAsync(string name, CancellationToken ct);

    /// <summary>Deletes an image. There need not be one of that name.</summary>
    /// <param name="name">The name it was saved under.</param>
    /// <param name="ct">Ends the deletion.</param>
    Task DeleteAsync(string name, CancellationToken ct);

    /// <summary>Deletes all images whose names begin alike. There need not be any.</summary>
    /// <param name="prefix">How their names begin.</param>
    /// <param name="ct">Ends the deletion; what was deleted stays so.</param>
    Task DeleteAllAsync(string prefix, CancellationToken ct);
}

/// <summary>An image that was stored.</summary>
/// <param name="Name">The name it was saved under.</param>
/// <param name="ContentType">What it is served as.</param>
/// <param name="Length">Its size in bytes.</param>
/// <param name="ETag">Its version, in quotes, as an HTTP header carries it.</param>
public sealed record StoredImage(string Name, string ContentType, long Length, string ETag);

/// <summary>An image opened for reading. The caller disposes of <paramref name="Content"/>.</summary>
/// <param name="Content">The encoded image, a stream that can seek: a request for a range reads that range alone.</param>
/// <param name="ContentType">What it is served as.</param>
/// <param name="Length">Its size in bytes.</param>
/// <param name="ETag">Its version, in quotes, as an HTTP header carries it.</param>
/// <param name="LastModified">When it was stored.</param>
public sealed record ImageContent(Stream Content, string ContentType, long Length, string ETag, DateTimeOffset LastModified);
