using System.Text;
using Atelier.Notifications.Streams;
using FunctionApp.Tests.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;

namespace FunctionApp.Tests.Notifications;

/// <summary>What a stream sends when nothing happens, and when it ends.</summary>
[Collection(QuietCollection.Name)]
public sealed class EventStreamTests(LocalServicesFixture services)
{
    private static readonly EventStreamOptions Quick = new() { Heartbeat = TimeSpan.FromMilliseconds(20), Lifetime = TimeSpan.FromSeconds(1) };

    [Fact]
    public void Options_ByDefault_BeatEvery15SecondsAndEndBeforeTheHosts5Minutes()
    {
        var options = new EventStreamOptions();

        Assert.Equal(TimeSpan.FromSeconds(15), options.Heartbeat);
        Assert.InRange(options.Lifetime, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5) - options.Heartbeat);
    }

    [Fact]
    public async Task Stream_WithoutEvents_SendsRetryHeartbeatsAndAnEndComment()
    {
        await using var running = await TestHub.StartAsync(services, Quick);
        var http = new DefaultHttpContext();
        using var body = new MemoryStream();
        http.Response.Body = body;
        var stream = new EventStream(
            running.Hub, running.Log, Quick, Mock.Of<IHostApplicationLifetime>(), TimeProvider.System, NullLogger<EventStream>.Instance);

        await stream.WriteAsync(http, "ann", campaignId: null, after: null, CancellationToken.None);

        var blocks = Encoding.UTF8.GetString(body.ToArray()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("text/event-stream; charset=utf-8", http.Response.ContentType);
        Assert.Equal("no", http.Response.Headers["X-Accel-Buffering"]);
        Assert.Matches(@"\Aretry: 2000\nid: [0-9]+\z", blocks[0]);
        Assert.Contains(":", blocks[1..^1]);
        Assert.Equal(": time is up; resume with Last-Event-ID", blocks[^1]);
        Assert.Equal(0, running.Hub.ReaderCount);
    }

    // The Functions host records a function that ends with an exception as failed.
    [Fact]
    public async Task Stream_ClientLeaves_EndsWithoutAnException()
    {
        var options = new EventStreamOptions();
        await using var running = await TestHub.StartAsync(services, options);
        using var left = new CancellationTokenSource();
        using var body = new MemoryStream();
        var http = new DefaultHttpContext { RequestAborted = left.Token, Response = { Body = body } };
        var stream = new EventStream(
            running.Hub, running.Log, options, Mock.Of<IHostApplicationLifetime>(), TimeProvider.System, NullLogger<EventStream>.Instance);

        var streaming = stream.WriteAsync(http, "ann", campaignId: null, after: null, left.Token);
        await Eventually.TrueAsync(() => Task.FromResult(body.Length > 0));
        await left.CancelAsync();

        await streaming.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(0, running.Hub.ReaderCount);
    }
}
