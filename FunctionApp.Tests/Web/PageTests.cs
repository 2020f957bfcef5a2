using System.Net;
using System.Text.RegularExpressions;
using FunctionApp.Tests.Access;
using FunctionApp.Tests.EndToEnd;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.Web;

/// <summary>How the page and its files are served, on the real host.</summary>
[Collection(HostsCollection.Name)]
public sealed partial class PageTests(LocalServicesFixture services, AtelierFixture atelier) : IClassFixture<AtelierFixture>, IAsyncLifetime
{
    private HttpClient _http = null!;

    public async Task InitializeAsync() =>
        _http = new HttpClient { BaseAddress = (await atelier.StartAsync(services)).Http.BaseAddress };

    public Task DisposeAsync()
    {
        _http.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Root_IsThePage_AndIsRevalidated()
    {
        using var page = await _http.GetAsync("/");
        using var again = await _http.GetAsync("/", ("If-None-Match", page.Header("ETag")));
        using var head = await _http.SendAsync(HttpMethod.Head, "/", []);

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Equal("text/html; charset=utf-8", page.Content.Headers.ContentType?.ToString());
        Assert.Equal("no-cache", page.Header("Cache-Control"));
        Assert.Equal("nosniff", page.Header("X-Content-Type-Options"));
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Page_HasNoInlineCodeAndAPolicyThatForbidsIt()
    {
        using var page = await _http.GetAsync("/");
        var html = await page.Content.ReadAsStringAsync();

        var policy = page.Header("Content-Security-Policy");
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
        Assert.DoesNotMatch("<style|style=|<script(?![^>]* src=)", html);
    }

    [Fact]
    public async Task SharedPage_IsThePage_AndIsNotIndexed()
    {
        using var page = await _http.GetAsync("/s/any-token");

        Assert.Equal(await _http.GetStringAsync("/"), await page.Content.ReadAsStringAsync());
        Assert.Equal(("noindex", "no-referrer"), (page.Header("X-Robots-Tag"), page.Header("Referrer-Policy")));
        Assert.Contains("script-src 'self'", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PageFiles_AreServed_AndThoseWithAHashAreImmutable()
    {
        var html = await _http.GetStringAsync("/");

        string[] links = [.. Link().Matches(html).Select(match => match.Groups["url"].Value)];

        Assert.Equal(3, links.Length);
        foreach (var link in links)
        {
            Assert.StartsWith("/", link, StringComparison.Ordinal);
            using var file = await _http.GetAsync(link);
            Assert.Equal(HttpStatusCode.OK, file.StatusCode);
            Assert.Equal(
                Path.GetExtension(link) switch { ".js" => "text/javascript", ".css" => "text/css", _ => "image/svg+xml" },
                file.Content.Headers.ContentType?.MediaType);
            Assert.Equal(
                link.StartsWith("/assets/", StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-cache", file.Header("Cache-Control"));
        }
    }

    [Fact]
    public async Task Files_WithAcceptEncoding_AreCompressed()
    {
        var script = Link().Matches(await _http.GetStringAsync("/")).Select(match => match.Groups["url"].Value).First(url => url.EndsWith(".js", StringComparison.Ordinal));
        var plain = await _http.GetByteArrayAsync(script);
        using var unpacking = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.Brotli }) { BaseAddress = _http.BaseAddress };
        using var raw = await _http.GetAsync(script, ("Accept-Encoding", "gzip, br"));
        using var refused = await _http.GetAsync(script, ("Accept-Encoding", "br;q=0"));

        Assert.Equal(["br"], raw.Content.Headers.ContentEncoding);
        Assert.InRange((await raw.Content.ReadAsByteArrayAsync()).Length, 1, plain.Length / 2);
        Assert.Equal(plain, await unpacking.GetByteArrayAsync(script));
        Assert.Empty(refused.Content.Headers.ContentEncoding);
        Assert.Equal("Accept-Encoding", raw.Header("Vary"));
    }

    [Theory]
    [InlineData("/assets/nothing.js")]
    [InlineData("/assets/..%2findex.html")]
    [InlineData("/assets/..%5cindex.html")]
    [InlineData("/assets/%2e%2e%2f%2e%2e%2fhost.json")]
    [InlineData("/index.html")]
    [InlineData("/wwwroot/index.html")]
    [InlineData("/nowhere")]
    public async Task File_Unknown_Is404(string path)
    {
        using var response = await _http.GetAsync(path);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task PageSettings_HaveTheAccessModeAndTheProviders()
    {
        using var response = await _http.GetAsync("/settings.json");

        var settings = await response.ReadAsync();
        Assert.Equal("Development", (string)settings["accessMode"]!);
        Assert.Equal("openai", (string)settings["text"]!["default"]!);
        Assert.Contains("openai", settings["image"]!["names"]!.AsArray().Select(name => (string)name!));
        Assert.DoesNotContain("test-key", settings.ToJsonString(), StringComparison.Ordinal);
    }

    [GeneratedRegex("(?:href|src)=\"(?<url>[^\"]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();
}
