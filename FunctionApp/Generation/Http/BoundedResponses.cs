using System.Net;

namespace Atelier.Generation.Http;

/// <summary>
/// Reads no response beyond a limit, under the client packages as well as under <see cref="Calls.ProviderHttp"/>. The rest of a failed call's
/// response is not read after the limit: its status and its first lines say enough.
/// </summary>
/// <param name="connections">Makes the connections.</param>
internal sealed class BoundedResponses(HttpMessageHandler connections) : DelegatingHandler(connections)
{
    /// <summary>The limit, in bytes, of a response whose request names none: a text and what is around it.</summary>
    public const long TextLimit = 1 << 20;

    private const long ErrorLimit = 64 << 10;

    /// <summary>A request whose response may be longer says so here, in bytes.</summary>
    public static readonly HttpRequestOptionsKey<long> Limit = new("Atelier.ResponseLimit");

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var limit = request.Options.TryGetValue(Limit, out var asked) ? asked : TextLimit;
        var response = await base.SendAsync(request, cancellationToken);
        response.Content = response.IsSuccessStatusCode
            ? new BoundedContent(response.Content, limit, isCut: false)
            : new BoundedContent(response.Content, ErrorLimit, isCut: true);
        return response;
    }

    private sealed class BoundedContent : HttpContent
    {
        private readonly HttpContent _content;
        private readonly long _limit;
        private readonly bool _isCut;

        public BoundedContent(HttpContent content, long limit, bool isCut)
        {
            (_content, _limit, _isCut) = (content, limit, isCut);
            foreach (var (name, values) in content.Headers)
                Headers.TryAddWithoutValidation(name, values);
            // A cut body is shorter than its Content-Length.
            if (isCut)
                Headers.ContentLength = null;
        }

        protected override async Task<Stream> CreateContentReadStreamAsync()
        {
            if (!_isCut && Headers.ContentLength > _limit)
                throw new ResponseTooLongException(_limit);
            return new BoundedStream(await _content.ReadAsStreamAsync(), _limit, _isCut);
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            await (await CreateContentReadStreamAsync()).CopyToAsync(stream);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _content.Dispose();
            base.Dispose(disposing);
        }
    }

    private sealed class BoundedStream(Stream body, long limit, bool isCut) : Stream
    {
        private long _read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer) => Count(body.Read(buffer));

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Count(await body.ReadAsync(buffer, cancellationToken));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                body.Dispose();
            base.Dispose(disposing);
        }

        private int Count(int length)
        {
            var left = limit - _read;
            _read += length;
            if (length <= left)
                return length;
            return isCut ? (int)Math.Max(left, 0) : throw new ResponseTooLongException(limit);
        }
    }
}

/// <summary>A provider's response is longer than may be read.</summary>
/// <param name="limit">How long it may be, in bytes.</param>
internal sealed class ResponseTooLongException(long limit) : Exception($"The response is longer than {limit} bytes.")
{
    /// <summary>How long it may be, in bytes.</summary>
    public long Limit => limit;
}
