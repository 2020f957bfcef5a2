using Atelier.Campaigns.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;

namespace FunctionApp.Tests.Campaigns.Http;

public sealed class CampaignArchiveTests
{
    private const int Megabyte = 1 << 20;

    [Theory]
    [InlineData("Create a beach scene with a cat", "Create-a-beach-scene-with-a")]
    [InlineData("../..\\etc: \"x\"?\r\n\0", "etc-x")]
    [InlineData("Ein Café für Zoë", "Ein-Café-für-Zoë")]
    [InlineData("😀 !?", "campaign")]
    public void FileName_OfAnyPrompt_HasItsSafeWordsAndTheEndOfTheId(string prompt, string words)
    {
        var campaign = TestCampaign.Create(prompt: prompt);

        Assert.Equal($"{words}-{campaign.Id.ToString("N")[^8..]}.zip", CampaignArchive.FileNameOf(campaign));
    }

    [Fact]
    public void FileName_OfALongWord_IsCut() =>
        Assert.Equal(60 + "-12345678.zip".Length, CampaignArchive.FileNameOf(TestCampaign.Create(prompt: new string('x', 4000))).Length);

    [Fact]
    public async Task Execute_TwoHundredMegabytes_AllocatesLessThanOneAndWritesOnlyAsynchronously()
    {
        var images = Enumerable.Range(0, 10).Select(n => new ArchivedImage($"image-{n}.png", new Endless(20 * Megabyte))).ToList();
        var http = new DefaultHttpContext();
        var body = new Sink();
        http.Response.Body = body;
        // The first one loads what is loaded once.
        await new CampaignArchive(TestCampaign.Create(), [], [], NullLogger.Instance).ExecuteAsync(http);

        var before = GC.GetAllocatedBytesForCurrentThread();
        await new CampaignArchive(TestCampaign.Create(), images, [], NullLogger.Instance).ExecuteAsync(http);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Megabyte);
        Assert.InRange(body.Written, 200 * Megabyte, 201 * Megabyte);
    }

    [Fact]
    public async Task Execute_ClientLeaves_EndsAndClosesEveryImage()
    {
        using var leaving = new CancellationTokenSource();
        var lifetime = new Mock<IHttpRequestLifetimeFeature>();
        lifetime.Setup(feature => feature.RequestAborted).Returns(leaving.Token);
        var http = new DefaultHttpContext();
        http.Features.Set(lifetime.Object);
        http.Response.Body = new Sink { At = Megabyte, Reached = leaving.Cancel };
        Endless[] contents = [new(20 * Megabyte), new(20 * Megabyte)];

        await new CampaignArchive(TestCampaign.Create(), [new("a", contents[0]), new("b", contents[1])], [], NullLogger.Instance).ExecuteAsync(http);

        Assert.All(contents, content => Assert.True(content.IsClosed));
        Assert.InRange(((Sink)http.Response.Body).Written, Megabyte, 2 * Megabyte);
        lifetime.Verify(feature => feature.Abort(), Times.Once);
    }

    /// <summary>Zeros, up to a length.</summary>
    private sealed class Endless(long length) : MemoryStream
    {
        private static readonly byte[] Piece = new byte[64 << 10];

        private long _left = length;

        public bool IsClosed { get; private set; }

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) => CopyAsync(destination, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            IsClosed = true;
            base.Dispose(disposing);
        }

        private async Task CopyAsync(Stream destination, CancellationToken cancellationToken)
        {
            for (; _left > 0; _left -= Piece.Length)
                await destination.WriteAsync(Piece, cancellationToken);
        }
    }

    /// <summary>A response's body, as the hosts have them: it cannot seek, and takes no synchronous writes.</summary>
    private sealed class Sink : Stream
    {
        public long Written { get; private set; }

        public long At { get; init; } = long.MaxValue;

        public Action? Reached { get; init; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Written += buffer.Length;
            if (Written >= At)
                Reached?.Invoke();
            return ValueTask.CompletedTask;
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override void Flush() => throw new InvalidOperationException("Synchronous operations are disallowed.");

        public override void Write(byte[] buffer, int offset, int count) => throw new InvalidOperationException("Synchronous operations are disallowed.");

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
