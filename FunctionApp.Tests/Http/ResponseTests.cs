using System.Net.Http.Headers;
using System.Text;
using FunctionApp.Tests.Access;
using FunctionApp.Tests.EndToEnd;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.Http;

/// <summary>What every response has, on the real host: its headers, and problem details where nothing is found.</summary>
[Collection(HostsCollection.Name)]
public sealed class ResponseTests(LocalServicesFixture services, ResponseTests.CorsFixture app) : IClassFixture<ResponseTests.CorsFixture>, IAsyncLifetime
{
    private const string Page = "https://app.example.org";

    private HttpClient _http = null!;

    public async Task InitializeAsync() => _http = (await app.Atelier.StartAsync(services)).Http;

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("GET", "/api/health/live", 200)]
    [InlineData("GET", "/api/me", 200)]
    [InlineData("GET", "/api/campaigns/nonsense", 404)]
    [InlineData("GET", "/api/campaigns?limit=none", 400)]
    [InlineData("POST", "/api/campaigns", 400)]
    [InlineData("GET", "/api/nowhere", 404)]
    [InlineData("GET", "/nowhere", 404)]
    [InlineData("POST", "/", 404)]
    public async Task Response_OfAnyStatus_HasSecurityHeadersAndIsNotCached(string method, string path, int status)
    {
        using var response = await _http.SendAsync(new HttpMethod(method), path, []);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("nosniff", response.Header("X-Content-Type-Options"));
        Assert.Equal("DENY", response.Header("X-Frame-Options"));
        Assert.Equal("default-src 'none'; frame-ancestors 'none'", response.Header("Content-Security-Policy"));
        Assert.Equal("no-referrer", response.Header("Referrer-Policy"));
        Assert.Equal("no-store", response.Header("Cache-Control"));
    }

    [Theory]
    [InlineData("GET", "/api")]
    [InlineData("GET", "/api/")]
    [InlineData("GET", "/api/nowhere/at/all")]
    [InlineData("GET", "/api/campaigns/0198c5a4-0000-7000-8000-000000000000/nothing")]
    [InlineData("PUT", "/api/campaigns")]
    [InlineData("PUT", "/api/campaigns/0198c5a4-0000-7000-8000-000000000000")]
    [InlineData("POST", "/api/me")]
    [InlineData("OPTIONS", "/api/campaigns")]
    [InlineData("BREW", "/api/campaigns")]
    [InlineData("GET", "/nowhere/at/all")]
    [InlineData("PUT", "/settings.json")]
    public async Task UnknownRouteOrMethod_IsAProblem404(string method, string path)
    {
        using var response = await _http.SendAsync(new HttpMethod(method), path, []);

        await response.AssertProblemAsync(404, "not_found");
    }

    [Theory]
    [InlineData("/api/campaigns", 200)]
    [InlineData("/api/campaigns?limit=none", 400)]
    [InlineData("/api/campaigns/0198c5a4-0000-7000-8000-000000000000", 404)]
    [InlineData("/api/events", 200)]
    [InlineData("/", 200)]
    [InlineData("/api/webhooks/0198c5a4-0000-7000-8000-000000000000", 404)]
    public async Task Head_IsAnsweredAsGetIs_WithoutABody(string path, int status)
    {
        using var response = await _http.SendAsync(HttpMethod.Head, path, []);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task ControlCharacters_OfACaller_AreEncodedInTheLog()
    {
        // BEL, ESC, C1's CSI, a right-to-left override, a line of its own.
        using var response = await app.Atelier.Api.PostRawAsync("""{"\u0007\u001b[31mred\u009b\u202e\nfail: forged":1}""", "application/json");
        await response.AssertProblemAsync(400, "validation_failed");

        await Eventually.TrueAsync(() => Task.FromResult(app.Atelier.Output.Contains("forged", StringComparison.Ordinal)));
        var line = app.Atelier.Output.Split('\n').First(one => one.Contains("forged", StringComparison.Ordinal));
        Assert.Contains("\\u0007\\u001B[31mred\\u009B\\u202E fail: forged", line, StringComparison.Ordinal);
        Assert.DoesNotContain(line.TrimEnd('\r'), char.IsControl);
    }

    [Fact]
    public async Task RequestId_OfTheCallerOrElseTheTraceId_IsReturned()
    {
        using var given = await _http.GetAsync("/api/me", ("X-Request-Id", "order-42.a"));
        using var traced = await _http.GetAsync("/api/nowhere", ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
        using var forged = await _http.GetAsync("/api/nowhere", ("X-Request-Id", "two words"));

        Assert.Equal("order-42.a", given.Header("X-Request-Id"));
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", traced.Header("X-Request-Id"));
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", (string)(await traced.AssertProblemAsync(404, "not_found"))["traceId"]!);
        Assert.Equal((string)(await forged.AssertProblemAsync(404, "not_found"))["traceId"]!, forged.Header("X-Request-Id"));
    }

    [Theory]
    [InlineData("POST", "/api/campaigns")]
    [InlineData("DELETE", "/api/campaigns/0198c5a4-0000-7000-8000-000000000000")]
    [InlineData("GET", "/api/me")]
    public async Task Preflight_FromAConfiguredOrigin_AllowsWhatTheApiTakes(string method, string path)
    {
        using var response = await _http.SendAsync(
            HttpMethod.Options,
            path,
            [("Origin", Page), ("Access-Control-Request-Method", method), ("Access-Control-Request-Headers", "authorization,content-type,idempotency-key")]);

        Assert.Equal(204, (int)response.StatusCode);
        Assert.Equal(Page, response.Header("Access-Control-Allow-Origin"));
        Assert.Contains(method, response.Header("Access-Control-Allow-Methods").Split(", "));
        Assert.Superset(
            new HashSet<string> { "authorization", "content-type", "idempotency-key", "last-event-id", "x-api-key" },
            response.Header("Access-Control-Allow-Headers").ToLowerInvariant().Split(", ").ToHashSet());
        Assert.False(response.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    [Theory]
    [InlineData("https://evil.example.net")]
    [InlineData("https://app.example.org.evil.net")]
    [InlineData("http://app.example.org")]
    [InlineData("null")]
    public async Task OtherOrigins_GetNoCorsHeaders(string origin)
    {
        using var preflight = await _http.SendAsync(HttpMethod.Options, "/api/campaigns", [("Origin", origin), ("Access-Control-Request-Method", "POST")]);
        using var reading = await _http.GetAsync("/api/me", ("Origin", origin));
        using var posting = await _http.PostCampaignAsync(("Origin", origin));

        await preflight.AssertProblemAsync(403, "origin_not_allowed");
        await posting.AssertProblemAsync(403, "cross_site_request");
        Assert.All([preflight, reading, posting], response => Assert.False(response.Headers.Contains("Access-Control-Allow-Origin")));
        Assert.All([preflight, reading, posting], response => Assert.Equal("Origin", response.Header("Vary")));
    }

    [Fact]
    public async Task ConfiguredOrigin_CanReadResponsesAndTheirHeaders_ErrorsToo()
    {
        using var posted = await _http.PostCampaignAsync(("Origin", Page));
        using var missing = await _http.GetAsync("/api/campaigns/nonsense", ("Origin", Page));

        Assert.Equal(202, (int)posted.StatusCode);
        Assert.All([posted, missing], response => Assert.Equal(Page, response.Header("Access-Control-Allow-Origin")));
        Assert.Superset(
            new HashSet<string> { "Location", "Retry-After", "ETag", "RateLimit-Remaining" },
            posted.Header("Access-Control-Expose-Headers").Split(", ").ToHashSet());
    }

    [Fact]
    public async Task Development_WithoutAName_IsLocal_AnOperatorWithoutLimits()
    {
        using var local = await _http.GetAsync("/api/me");
        using var ann = await _http.GetAsync("/api/me", ("X-User", "ann@example.org"), ("Authorization", "Bearer anything"));
        using var tooLong = await _http.GetAsync("/api/me", ("X-User", new string('x', 201)));

        var me = await local.ReadAsync();
        Assert.Equal(("local", true), ((string)me["userId"]!, (bool)me["operator"]!));
        Assert.All((string[])["requestsPerMinute", "running", "campaignsPerDay"], limit => Assert.Null(me["limits"]![limit]));
        Assert.False(local.Headers.Contains("RateLimit-Limit"));
        me = await ann.ReadAsync();
        Assert.Equal(("ann@example.org", "ann@example.org", false), ((string)me["userId"]!, (string)me["email"]!, (bool)me["operator"]!));
        Assert.NotNull((await tooLong.AssertProblemAsync(400, "validation_failed"))["errors"]!["X-User"]);
    }

    [Theory]
    [InlineData("atelier.example.net")]
    [InlineData("192.168.1.4:7071")]
    [InlineData("localhost.evil.net")]
    public async Task Development_UnderAnotherName_IsRefused(string host)
    {
        // DNS rebinding: a page whose host name resolves to this machine.
        using var response = await _http.GetAsync("/api/campaigns", ("Host", host));

        await response.AssertProblemAsync(403, "not_local");
    }

    [Fact]
    public async Task BodyOverTheLimit_OfUnknownLength_Is413()
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/campaigns")
        {
            Content = new StreamContent(new MemoryStream(Encoding.ASCII.GetBytes($$"""{"prompt":"{{new string('x', 100_000)}}"}"""))),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TransferEncodingChunked = true;

        using var response = await _http.SendAsync(request);

        await response.AssertProblemAsync(413, "body_too_large");
    }

    /// <summary>A host in mode Development that a page of another origin may use.</summary>
    public sealed class CorsFixture : IAsyncLifetime
    {
        internal AtelierFixture Atelier { get; } = new()
        {
            MoreSettings = new Dictionary<string, string>
            {
                ["Cors__Origins"] = $"{Page}, https://other.example.org:8443",
                ["Access__Operators"] = "local",
            },
        };

        public Task InitializeAsync() => Task.CompletedTask;

        public async Task DisposeAsync() => await Atelier.DisposeAsync();
    }
}
