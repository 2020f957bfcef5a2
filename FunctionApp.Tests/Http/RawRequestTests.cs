using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using FunctionApp.Tests.EndToEnd;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.Http;

/// <summary>Requests that no client library would send, over a socket: which of them the app responds to, and which the server before it.</summary>
[Collection(HostsCollection.Name)]
public sealed class RawRequestTests(LocalServicesFixture services, AtelierFixture atelier) : IClassFixture<AtelierFixture>, IAsyncLifetime
{
    private const string Rest = "Host: localhost\r\nConnection: close\r\n";
    private const string Json = "Content-Type: application/json\r\n";

    public Task InitializeAsync() => atelier.StartAsync(services);

    public Task DisposeAsync() => Task.CompletedTask;

    public static TheoryData<string, string, int, string> RefusedByTheApp => new()
    {
        { "a long address", $"GET /api/me?q={new string('x', 60_000)} HTTP/1.1\r\n{Rest}\r\n", 414, "uri_too_long" },
        { "a long path", $"GET /api/{new string('x', 60_000)} HTTP/1.1\r\n{Rest}\r\n", 414, "uri_too_long" },
        { "a long header", $"GET /api/me HTTP/1.1\r\n{Rest}X-Long: {new string('x', 100_000)}\r\n\r\n", 431, "headers_too_large" },
        { "many headers", $"GET /api/me HTTP/1.1\r\n{Rest}{string.Concat(Enumerable.Range(0, 300).Select(n => $"X-{n}: x\r\n"))}\r\n", 431, "headers_too_large" },
        { "one header many times", $"GET /api/me HTTP/1.1\r\n{Rest}{string.Concat(Enumerable.Repeat("X-User: ann\r\n", 300))}\r\n", 431, "headers_too_large" },
        { "chunks that are none", $"POST /api/campaigns HTTP/1.1\r\n{Rest}{Json}Transfer-Encoding: chunked\r\n\r\nnonsense\r\n", 400, "invalid_request" },
        { "a transfer coding that is not understood", $"POST /api/campaigns HTTP/1.1\r\n{Rest}{Json}Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n", 501, "unsupported_transfer_coding" },
        { "an unknown transfer coding", $"GET /api/me HTTP/1.1\r\n{Rest}Transfer-Encoding: nonsense, chunked\r\n\r\n0\r\n\r\n", 501, "unsupported_transfer_coding" },
        { "a user given twice", $"GET /api/me HTTP/1.1\r\n{Rest}X-User: ann\r\nX-User: ben\r\n\r\n", 400, "validation_failed" },
        { "an address as for a proxy", $"GET http://localhost/api/nowhere HTTP/1.1\r\n{Rest}\r\n", 404, "not_found" },
        { "another machine's name", "GET /api/me HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n", 403, "not_local" },
    };

    public static TheoryData<string, string, int> RefusedByTheServer => new()
    {
        { "a longer address", $"GET /api/me?q={new string('x', 70_000)} HTTP/1.1\r\n{Rest}\r\n", 414 },
        { "a longer header", $"GET /api/me HTTP/1.1\r\n{Rest}X-Long: {new string('x', 140_000)}\r\n\r\n", 431 },
        { "more headers", $"GET /api/me HTTP/1.1\r\n{Rest}{string.Concat(Enumerable.Range(0, 500).Select(n => $"X-{n}: x\r\n"))}\r\n", 431 },
        { "no request line", "nonsense\r\n\r\n", 400 },
        { "a version that is none", $"GET /api/me HTTP/9.9\r\n{Rest}\r\n", 505 },
        { "no host", "GET /api/me HTTP/1.1\r\nConnection: close\r\n\r\n", 400 },
        { "U+0000 in the path", $"GET /api/\0 HTTP/1.1\r\n{Rest}\r\n", 400 },
        { "an encoded U+0000 in the path", $"GET /api/%00 HTTP/1.1\r\n{Rest}\r\n", 400 },
        { "a header without a colon", $"GET /api/me HTTP/1.1\r\n{Rest}nonsense\r\n\r\n", 400 },
        { "a transfer coding without an end", $"POST /api/campaigns HTTP/1.1\r\n{Rest}{Json}Transfer-Encoding: gzip\r\n\r\n{{}}", 400 },
        { "two lengths", $"POST /api/campaigns HTTP/1.1\r\n{Rest}Content-Length: 1\r\nContent-Length: 2\r\n\r\n{{}}", 400 },
        { "a negative length", $"POST /api/campaigns HTTP/1.1\r\n{Rest}Content-Length: -1\r\n\r\n", 400 },
    };

    [Theory]
    [MemberData(nameof(RefusedByTheApp))]
    public async Task Request_ReadableByTheServer_GetsProblemDetails(string what, string request, int status, string code)
    {
        (var head, var body) = await SendAsync(request);

        Assert.True(head.StartsWith($"HTTP/1.1 {status} ", StringComparison.Ordinal), $"{what}: {head}");
        Assert.Contains("Content-Type: application/problem+json", head, StringComparison.Ordinal);
        Assert.Contains("X-Request-Id: ", head, StringComparison.Ordinal);
        Assert.Equal(code, (string)JsonNode.Parse(body[body.IndexOf('{', StringComparison.Ordinal)..(body.LastIndexOf('}') + 1)])!["code"]!);
    }

    // docs/api.md says that these have no body; update it if a later server sends one.
    [Theory]
    [MemberData(nameof(RefusedByTheServer))]
    public async Task Request_UnreadableByTheServer_GetsTheServersOwnResponse(string what, string request, int status)
    {
        (var head, var body) = await SendAsync(request);

        Assert.True(head.StartsWith($"HTTP/1.1 {status} ", StringComparison.Ordinal), $"{what}: {head}");
        Assert.Contains("Content-Length: 0", head, StringComparison.Ordinal);
        Assert.Equal("", body);
        using var alive = await atelier.Api.Http.GetAsync("/api/health/live");
        Assert.True(alive.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Body_DoesNotArrive_IsAProblem408()
    {
        // The server waits for some seconds, and the client stays connected.
        (var head, var body) = await SendAsync($"POST /api/campaigns HTTP/1.1\r\n{Rest}{Json}Content-Length: 100\r\n\r\n{{");

        Assert.StartsWith("HTTP/1.1 408 ", head, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"invalid_request\"", body, StringComparison.Ordinal);
    }

    private async Task<(string Head, string Body)> SendAsync(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(atelier.Api.Http.BaseAddress!.Host, atelier.Api.Http.BaseAddress.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var response = await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
        var end = response.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        Assert.True(end > 0, $"'{response}'");
        return (response[..end], response[(end + 4)..]);
    }
}
