using Atelier.Operations;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace FunctionApp.Tests.Hosting;

public sealed class HostWatchTests
{
    [Fact]
    public async Task Host_Gone_EndsTheWorkerAfterCallsUnderWayHadTime()
    {
        var time = new FakeTimeProvider();
        DateTimeOffset? ended = null;
        var lifetime = new Mock<IHostApplicationLifetime>();
        lifetime.Setup(of => of.StopApplication()).Callback(() => ended = time.GetUtcNow());
        var parent = 7;
        using var watch = new HostWatch(() => Volatile.Read(ref parent), lifetime.Object, time, NullLogger<HostWatch>.Instance);
        await watch.StartAsync(CancellationToken.None);

        time.Advance(TimeSpan.FromHours(1));
        Volatile.Write(ref parent, 1);
        var gone = time.GetUtcNow();
        await Eventually.TrueAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(watch.ExecuteTask!.IsCompleted);
        });

        Assert.True(ended - gone >= HostWatch.Drain, $"The worker ended after {ended - gone}.");
        lifetime.Verify(of => of.StopApplication(), Times.Once);
    }
}
