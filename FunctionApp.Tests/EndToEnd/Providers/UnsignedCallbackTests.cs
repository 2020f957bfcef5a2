using System.Globalization;
using System.Net.Sockets;
using System.Text;
using FunctionApp.Tests.Hosting;
using Xunit.Abstractions;

namespace FunctionApp.Tests.EndToEnd.Providers;

/// <summary>What callers without the secret cost: their callbacks are right in form and time, and only their bodies show that they are forged.</summary>
[Collection(QuietCollection.Name)]
public sealed class UnsignedCallbackTests(LocalServicesFixture services, FaultFixture faults, ITestOutputHelper output)
    : IClassFixture<FaultFixture>, IAsyncLifetime
{
    private const int Connections = 200;
    private const int WarmUp = 4;
    private const long Megabyte = 1_000_000;
    private const int Block = 64 << 10;

    // Well within the time in which the server drops a slow body.
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(3);

    public Task InitializeAsync() => faults.Atelier.StartAsync(services);

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("replicate", 128 << 10)]
    [InlineData("callback", FaultFixture.MaxCallback)]
    [InlineData("nobody", FaultFixture.MaxCallback)]
    public async Task Connections_TwoHundredAtOnce_CostLessThan100MB(string provider, int length)
    {
        // The code is compiled by then, and nothing else has happened.
        await SendManyAsync(provider, length, WarmUp, TimeSpan.Zero);
        var before = Memory("VmRSS");
        await File.WriteAllTextAsync($"/proc/{faults.Atelier.ProcessId}/clear_refs", "5");

        var responses = await SendManyAsync(provider, length, Connections, Hold);

        var cost = Memory("VmHWM") - before;
        output.WriteLine($"{Connections} unsigned callbacks for {provider} of {length} bytes: {cost / Megabyte} MB more than {before / Megabyte} MB");
        Assert.All(responses, response => Assert.True(
            response.StartsWith("HTTP/1.1 401 ", StringComparison.Ordinal) || response.StartsWith("HTTP/1.1 408 ", StringComparison.Ordinal)
            || response.StartsWith("HTTP/1.1 503 ", StringComparison.Ordinal) || response.Length == 0,
            response));
        // 17 to 34 MB on a quiet machine (docs/api.md); a busy one collects its garbage later.
        Assert.InRange(cost, long.MinValue, 100 * Megabyte);
        // A callback that is signed gets through afterwards.
        var id = await faults.StartAsync("callback", "A bridge");
        Assert.Equal("COMPLETE", (string)(await faults.Atelier.Api.EndOfAsync(id))["status"]!);
    }

    private Task<string[]> SendManyAsync(string provider, int length, int count, TimeSpan hold) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(_ => SendAsync(provider, length, hold)));

    // All of the body but its last block at once, if the server takes it, and that block only after a while.
    private async Task<string> SendAsync(string provider, int length, TimeSpan hold)
    {
        var address = faults.Atelier.Api.Http.BaseAddress!;
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        var stream = client.GetStream();
        var time = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var head =
            $"""
            POST /api/callbacks/{provider}/{Guid.CreateVersion7()}/image/0 HTTP/1.1
            Host: localhost
            Connection: close
            Content-Length: {length}
            X-Timestamp: {time}
            X-Signature: {new string('0', 64)}
            webhook-id: msg_1
            webhook-timestamp: {time}
            webhook-signature: v1,{Convert.ToBase64String(new byte[32])}


            """.ReplaceLineEndings("\r\n");
        var response = ReadAsync(stream);
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(head));
            var block = new byte[Block];
            for (var sent = 0; sent < length - Block && !response.IsCompleted; sent += Block) await stream.WriteAsync(block);
            await response.WaitAsync(hold).ContinueWith(_ => { }, TaskScheduler.Default);
            await stream.WriteAsync(block);
        }
        catch (IOException)
        {
            // The server has closed the connection.
        }

        return await response;
    }

    private static async Task<string> ReadAsync(NetworkStream stream)
    {
        try
        {
            using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
            return await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(90));
        }
        catch (IOException)
        {
            return "";
        }
    }

    // In bytes.
    private long Memory(string name)
    {
        var line = File.ReadLines($"/proc/{faults.Atelier.ProcessId}/status").Single(one => one.StartsWith($"{name}:", StringComparison.Ordinal));
        return long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
