using System.Net;
using System.Text.Json.Nodes;
using AiSimulator.Calls;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.EndToEnd;

/// <summary>Campaigns over HTTP on the real host process, PostgreSQL and Azurite, with the simulator as provider.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class CampaignTests(LocalServicesFixture services, AtelierFixture atelier) : IClassFixture<AtelierFixture>, IAsyncLifetime
{
    private CampaignApi _api = null!;

    public async Task InitializeAsync() => _api = await atelier.StartAsync(services);

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Post_Campaign_CompletesWithTextAndImagesThatOpen()
    {
        using var accepted = await _api.PostAsync(new JsonObject
        {
            ["prompt"] = "A beach scene with a cat",
            ["images"] = new JsonObject { ["count"] = 2, ["size"] = "1024x1024" },
            ["metadata"] = new JsonObject { ["customer"] = "42" },
        });
        var id = (string)(await CampaignApi.ReadAsync(accepted))["id"]!;

        var campaign = await _api.EndOfAsync(id);

        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        Assert.EndsWith($"/api/campaigns/{id}", accepted.Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.NotNull(accepted.Headers.RetryAfter);
        Assert.Equal("COMPLETE", (string)campaign["status"]!);
        Assert.Equal("COMPLETE", (string)campaign["text"]!["status"]!);
        Assert.False(string.IsNullOrWhiteSpace((string)campaign["text"]!["content"]!));
        Assert.Equal("42", (string)campaign["metadata"]!["customer"]!);
        Assert.Null(campaign["error"]);
        Assert.Equal(2, campaign["images"]!.AsArray().Count);
        foreach (var image in campaign["images"]!.AsArray())
        {
            using var picture = await _api.Http.GetAsync(new Uri((string)image!["url"]!, UriKind.RelativeOrAbsolute));
            var bytes = await picture.Content.ReadAsByteArrayAsync();
            Assert.Equal("image/png", picture.Content.Headers.ContentType!.MediaType);
            Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], bytes[..4]);
            Assert.Equal(1024, (bytes[16] << 24) | (bytes[17] << 16) | (bytes[18] << 8) | bytes[19]);
            Assert.Equal([0x49, 0x45, 0x4E, 0x44], bytes[^8..^4]);
        }
    }

    [Fact]
    public async Task Provider_FailsTwiceThenSucceeds_CampaignCompletesWithTwoFailedAttempts()
    {
        var id = await _api.StartAsync("A mountain [[fault: image/0 429 x2 retry-after-ms=50]]");

        var campaign = await _api.EndOfAsync(id);

        Assert.Equal("COMPLETE", (string)campaign["status"]!);
        var attempts = campaign["failedAttempts"]!.AsArray();
        Assert.Equal(["image/0:1:rate_limited", "image/0:2:rate_limited"], attempts.Select(a => $"{a!["part"]}:{a["attempt"]}:{a["code"]}"));
        Assert.All(attempts, a => Assert.True((long)a!["retryInMs"]! > 0));
        Assert.Equal(3, atelier.CallsOf(id, "image/0").Calls);
        Assert.Equal(new PartCount(1, 1, 0), atelier.CallsOf(id, "text"));
    }

    [Fact]
    public async Task Provider_AlwaysFails_CampaignFailsAndKeepsWhatSucceeded()
    {
        var id = await _api.StartAsync("A mountain [[fault: image/1 500 x*]]", images: 2);

        var campaign = await _api.EndOfAsync(id);

        Assert.Equal("FAILED", (string)campaign["status"]!);
        Assert.Equal("COMPLETE", (string)campaign["text"]!["status"]!);
        Assert.Equal("COMPLETE", (string)campaign["images"]![0]!["status"]!);
        Assert.Equal("FAILED", (string)campaign["images"]![1]!["status"]!);
        Assert.Equal("server_error", (string)campaign["error"]!["code"]!);
        Assert.Equal(AtelierFixture.MaxAttempts, campaign["failedAttempts"]!.AsArray().Count);
        Assert.Equal(AtelierFixture.MaxAttempts, atelier.CallsOf(id, "image/1").Calls);
        using var kept = await _api.Http.GetAsync($"/api/campaigns/{id}/images/0");
        using var missing = await _api.Http.GetAsync($"/api/campaigns/{id}/images/1");
        Assert.Equal(HttpStatusCode.OK, kept.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task ModeratedPrompt_FailsWithoutARetry()
    {
        var id = await _api.StartAsync("Something bad [[fault: image/0 moderation x*]]");

        var campaign = await _api.EndOfAsync(id);

        Assert.Equal("FAILED", (string)campaign["status"]!);
        Assert.Single(campaign["failedAttempts"]!.AsArray());
        Assert.Equal(1, atelier.CallsOf(id, "image/0").Calls);
    }

    [Fact]
    public async Task Get_UnknownCampaign_IsAProblem404()
    {
        using var response = await _api.Http.GetAsync($"/api/campaigns/{Guid.CreateVersion7()}");
        using var malformed = await _api.Http.GetAsync("/api/campaigns/nonsense");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.NotNull((await CampaignApi.ReadAsync(response))["code"]);
        Assert.Equal(HttpStatusCode.NotFound, malformed.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"prompt":""}""")]
    [InlineData("""{"prompt":"   "}""")]
    [InlineData("""{"prompt":7}""")]
    [InlineData("""{"prompt":"x","unknown":1}""")]
    [InlineData("""{"prompt":"x","images":{"count":11}}""")]
    [InlineData("""{"prompt":"x","images":{"count":-1}}""")]
    [InlineData("""{"prompt":"x","images":{"size":"7x7"}}""")]
    [InlineData("""{"prompt":"x","text":null,"images":{"count":0}}""")]
    [InlineData("""{"prompt":"x","providers":{"text":"nobody"}}""")]
    [InlineData("""{"prompt":"x","metadata":{"k":1}}""")]
    public async Task Post_BadBody_IsAProblem400WithCode(string body)
    {
        using var response = await _api.PostRawAsync(body, "application/json");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        var problem = await CampaignApi.ReadAsync(response);
        Assert.False(string.IsNullOrEmpty((string?)problem["code"]));
        Assert.False(string.IsNullOrEmpty((string?)problem["detail"]));
        Assert.False(string.IsNullOrEmpty((string?)problem["traceId"]));
    }

    [Fact]
    public async Task Post_PromptOverTheLimit_NamesTheField()
    {
        using var response = await _api.PostAsync(new JsonObject { ["prompt"] = new string('x', 4001) });

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.NotNull((await CampaignApi.ReadAsync(response))["errors"]!["prompt"]);
    }

    [Fact]
    public async Task Post_BodyOverTheSizeLimit_Is413()
    {
        using var response = await _api.PostAsync(new JsonObject { ["prompt"] = "x", ["metadata"] = new JsonObject { ["k"] = new string('x', 200_000) } });

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Fact]
    public async Task Post_SameIdempotencyKey_IsOneCampaign_AndAnotherBodyIs409()
    {
        var key = Guid.NewGuid().ToString();
        var body = new JsonObject { ["prompt"] = "Once", ["images"] = new JsonObject { ["count"] = 0 } };

        var responses = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _api.PostAsync(body.DeepClone(), key)));
        using var other = await _api.PostAsync(new JsonObject { ["prompt"] = "Twice" }, key);
        using var elsewhere = await _api.PostAsync(new JsonObject { ["prompt"] = "Twice" }, key, user: "somebody-else");

        Assert.All(responses, a => Assert.Equal(HttpStatusCode.Accepted, a.StatusCode));
        var ids = new HashSet<string>();
        foreach (var response in responses)
        {
            ids.Add((string)(await CampaignApi.ReadAsync(response))["id"]!);
            response.Dispose();
        }

        Assert.Single(ids);
        Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, elsewhere.StatusCode);
    }

    [Fact]
    public async Task Get_AnotherCallersCampaign_Is404()
    {
        using var accepted = await _api.PostAsync(new JsonObject { ["prompt"] = "Mine" }, user: "alice");
        var id = (string)(await CampaignApi.ReadAsync(accepted))["id"]!;
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/campaigns/{id}");
        request.Headers.Add("X-User", "bob");

        using var response = await _api.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task Get_WithTheCurrentETag_Is304()
    {
        var id = await _api.StartAsync("Tagged", images: 0);
        await _api.EndOfAsync(id);
        using var first = await _api.Http.GetAsync($"/api/campaigns/{id}");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/campaigns/{id}");
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);

        using var second = await _api.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Null(first.Headers.RetryAfter);
    }

    [Fact]
    public async Task List_ByPages_GivesEveryCampaignOnceNewestFirst()
    {
        var user = $"lister-{Guid.NewGuid():N}";
        var posted = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            using var accepted = await _api.PostAsync(
                new JsonObject { ["prompt"] = $"Page {i}", ["images"] = new JsonObject { ["count"] = 0 } },
                user: user);
            posted.Add((string)(await CampaignApi.ReadAsync(accepted))["id"]!);
        }

        var listed = new List<string>();
        string? cursor = null;
        do
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/campaigns?limit=2{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}");
            request.Headers.Add("X-User", user);
            using var response = await _api.Http.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            var page = await CampaignApi.ReadAsync(response);
            listed.AddRange(page["items"]!.AsArray().Select(c => (string)c!["id"]!));
            cursor = (string?)page["nextCursor"];
        }
        while (cursor is not null);

        posted.Reverse();
        Assert.Equal(posted, listed);
    }

    [Fact]
    public async Task Image_ByRangeOrETag_Is206Or304()
    {
        var id = await _api.StartAsync("Ranges");
        await _api.EndOfAsync(id);
        var path = $"/api/campaigns/{id}/images/0";
        using var whole = await _api.Http.GetAsync(path);
        using var rangeRequest = new HttpRequestMessage(HttpMethod.Get, path);
        rangeRequest.Headers.Range = new System.Net.Http.Headers.RangeHeaderValue(1, 3);
        using var tagRequest = new HttpRequestMessage(HttpMethod.Get, path);
        tagRequest.Headers.IfNoneMatch.Add(whole.Headers.ETag!);

        using var part = await _api.Http.SendAsync(rangeRequest);
        using var notModified = await _api.Http.SendAsync(tagRequest);

        Assert.Equal("PNG"u8.ToArray(), await part.Content.ReadAsByteArrayAsync());
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(HttpStatusCode.NotModified, notModified.StatusCode);
        Assert.True(whole.Headers.CacheControl!.Private);
    }

    [Fact]
    public async Task Health_NamesEachPart()
    {
        using var live = await _api.Http.GetAsync("/api/health/live");
        using var ready = await _api.Http.GetAsync("/api/health/ready");

        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
    }
}
