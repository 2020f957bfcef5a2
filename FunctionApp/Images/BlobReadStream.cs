using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Atelier.Images;

/// <summary>
/// A blob as a stream that can seek. Nothing is requested before the first read; from there on one request streams to the blob's end, and
/// a seek to elsewhere begins another. So a whole image, or one range of it, costs one request and no buffer.
/// </summary>
/// <param name="blob">The blob.</param>
/// <param name="length">Its size in bytes.</param>
/// <param name="etag">Its version: a blob that was replaced meanwhile fails the read instead of mixing two images.</param>
internal sealed class BlobReadStream(BlobClient blob, long length, ETag etag) : Stream
{
    private Stream? _download;
    private long _downloadedTo;
    private long _position;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set => _position = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A position is not negative.");
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= length || buffer.IsEmpty)
            return 0;
        if (!HasDownload())
        {
            BlobDownloadStreamingResult result = await blob.DownloadStreamingAsync(Rest(), cancellationToken);
            Begin(result);
        }

        return Advance(await _download!.ReadAsync(buffer, cancellationToken));
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        if (_position >= length || count == 0)
            return 0;
        if (!HasDownload())
            Begin(blob.DownloadStreaming(Rest()));
        return Advance(_download!.Read(buffer, offset, count));
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => length + offset,
    };

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _download?.Dispose();
        base.Dispose(disposing);
    }

    private bool HasDownload() => _download is not null && _downloadedTo == _position;

    private BlobDownloadOptions Rest() => new()
    {
        Range = new HttpRange(_position),
        Conditions = new BlobRequestConditions { IfMatch = etag },
    };

    private void Begin(BlobDownloadStreamingResult result)
    {
        _download?.Dispose();
        _download = result.Content;
        _downloadedTo = _position;
    }

    private int Advance(int read)
    {
        _position += read;
        _downloadedTo = _position;
        return read;
    }
}
