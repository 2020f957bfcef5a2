using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Atelier.Notifications.Webhooks;

namespace FunctionApp.Tests.Notifications.Webhooks;

public sealed class HostNamesTests
{
    [Fact]
    public async Task Resolve_NameServersOfManyHostsAreSlow_DelayNeitherOtherHostsNorOtherWork()
    {
        using var responds = new ManualResetEventSlim();
        var lookups = 0;
        var names = new SystemHostNames(host =>
        {
            if (!host.StartsWith("slow", StringComparison.Ordinal))
                return Dns.GetHostAddresses(host);
            Interlocked.Increment(ref lookups);
            responds.Wait();
            return [IPAddress.Loopback];
        });
        // Two of each: the second waits for the first.
        Task[] slow = [.. Enumerable.Range(0, 600).Select(n => names.ResolveAsync($"slow-{n / 2}.example", CancellationToken.None))];
        await Eventually.TrueAsync(() => Task.FromResult(Volatile.Read(ref lookups) == 300));

        var start = Stopwatch.GetTimestamp();
        var addresses = await names.ResolveAsync("localhost", CancellationToken.None);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => { })));

        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 2);
        Assert.Contains(addresses, IPAddress.IsLoopback);
        Assert.DoesNotContain(slow, lookup => lookup.IsCompleted);
        responds.Set();
        await Task.WhenAll(slow);
        Assert.Equal(300, lookups);
    }

    [Fact]
    public async Task Resolve_UnknownName_FailsEachTime()
    {
        var names = new SystemHostNames();

        await Assert.ThrowsAnyAsync<SocketException>(() => names.ResolveAsync("nowhere.invalid", CancellationToken.None));
        await Assert.ThrowsAnyAsync<SocketException>(() => names.ResolveAsync("nowhere.invalid", CancellationToken.None));
    }

    [Fact]
    public async Task Resolve_Canceled_EndsAtOnce()
    {
        using var responds = new ManualResetEventSlim();
        using var cancellation = new CancellationTokenSource();
        var resolving = new SystemHostNames(_ =>
        {
            responds.Wait();
            return [];
        }).ResolveAsync("slow.example", cancellation.Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => resolving);
        responds.Set();
    }
}
