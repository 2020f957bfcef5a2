using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using FunctionApp.Tests.Access;
using FunctionApp.Tests.Hosting;
using Npgsql;

namespace FunctionApp.Tests.EndToEnd;

/// <summary>Shares over HTTP on the real host process.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class ShareTests(LocalServicesFixture services) : IAsyncLifetime
{
    private const string Owner = "painter-4711";

    private readonly AtelierFixture _atelier = new() { PlainPictures = true };
    private CampaignApi _api = null!;

    public async Task InitializeAsync() => _api = await _atelier.StartAsync(services);

    public async Task DisposeAsync() => await _atelier.DisposeAsync();

    [Fact]
    public async Task Share_ShowsTheCampaignAndNothingAboutItsOwner()
    {
        var id = await CompleteAsync("A lighthouse [[fault: image/0 500 x1]]");
        (var share, var token) = await ShareAsync(id);

        using var response = await _api.Http.GetAsync($"/api/shared/{token}");

        var text = await response.Content.ReadAsStringAsync();
        var shared = JsonNode.Parse(text)!.AsObject();
        Assert.Equal(["prompt", "createdAt", "expiresAt", "text", "images"], shared.Select(member => member.Key));
        Assert.Equal(["index", "url", "width", "height"], shared["images"]![0]!.AsObject().Select(member => member.Key));
        Assert.NotEmpty((string)shared["text"]!);
        Assert.All([Owner, "customer", "server_error", id, share], secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
        Assert.Equal(("noindex", "no-referrer"), (response.Header("X-Robots-Tag"), response.Header("Referrer-Policy")));
        Assert.Equal("private, no-cache", string.Join(", ", response.Header("Cache-Control").Split(", ").OrderDescending()));
        using var image = await _api.Http.GetAsync((string)shared["images"]![0]!["url"]!);
        Assert.Equal(("image/png", true, true), (image.Content.Headers.ContentType!.MediaType, image.Headers.CacheControl!.NoCache, image.Headers.CacheControl.Private));
        Assert.Null(image.Headers.CacheControl.MaxAge);
        using var copy = await _api.Http.GetAsync($"{shared["images"]![0]!["url"]}?width=160");
        Assert.Equal(HttpStatusCode.OK, copy.StatusCode);
    }

    [Fact]
    public async Task Token_IsStoredAsAHashOnly_AndListedNowhere()
    {
        var id = await CompleteAsync("A tower");
        (var share, var token) = await ShareAsync(id);

        using var listed = await SendAsync(HttpMethod.Get, $"/api/campaigns/{id}/shares");
        await using var database = NpgsqlDataSource.Create(_atelier.ConnectionString);
        await using var read = database.CreateCommand("SELECT row_to_json(share)::text FROM campaign_shares AS share");

        var list = await listed.Content.ReadAsStringAsync();
        Assert.Equal(43, token.Length);
        Assert.Equal(share, (string)JsonNode.Parse(list)!["items"]![0]!["id"]!);
        Assert.DoesNotContain(token, list, StringComparison.Ordinal);
        Assert.DoesNotContain(token, (string)(await read.ExecuteScalarAsync())!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("expired")]
    [InlineData("revoked")]
    [InlineData("deleted")]
    public async Task Share_ThatIsOver_IsTheSame404_AlsoForACacheThatHasIt(string how)
    {
        var id = await CompleteAsync("A meadow");
        (var share, var token) = await ShareAsync(id);
        using var before = await _api.Http.GetAsync($"/api/shared/{token}");
        switch (how)
        {
            case "unknown":
                token = token[..^1] + (token[^1] == 'A' ? 'E' : 'A');
                break;
            case "expired":
                await using (var database = NpgsqlDataSource.Create(_atelier.ConnectionString))
                await using (var expire = database.CreateCommand("UPDATE campaign_shares SET expires_at = now()"))
                    await expire.ExecuteNonQueryAsync();
                break;
            case "revoked":
                Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Delete, $"/api/shares/{share}", user: "somebody-else")).StatusCode);
                Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(HttpMethod.Delete, $"/api/shares/{share}")).StatusCode);
                break;
            default:
                Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(HttpMethod.Delete, $"/api/campaigns/{id}")).StatusCode);
                break;
        }

        foreach (var path in (string[])["", "/images/0", "/images/0?width=160"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/shared/{token}{path}") { Headers = { IfNoneMatch = { EntityTagHeaderValue.Any, before.Headers.ETag! } } };
            using var response = await _api.Http.SendAsync(request);
            var problem = await response.AssertProblemAsync(404, "not_found");
            Assert.Equal("There is no such share.", (string)problem["detail"]!);
        }
        using var report = await SendAsync(HttpMethod.Post, $"/api/shared/{token}/report", new JsonObject { ["reason"] = "Mine" });
        await report.AssertProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task Report_IsSeenByAnOperatorWhoTakesTheShareDown()
    {
        var id = await CompleteAsync("A harbour");
        (var share, var token) = await ShareAsync(id);

        for (var n = 0; n < 22; n++)
        {
            using var accepted = await SendAsync(HttpMethod.Post, $"/api/shared/{token}/report", new JsonObject { ["reason"] = $"Reason {n}" });
            Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        }
        using var listed = await SendAsync(HttpMethod.Get, "/api/reports?limit=15", user: "operator");
        var first = await CampaignApi.ReadAsync(listed);
        using var more = await SendAsync(HttpMethod.Get, $"/api/reports?limit=15&cursor={first["nextCursor"]}", user: "operator");
        var second = await CampaignApi.ReadAsync(more);
        using var down = await SendAsync(HttpMethod.Delete, $"/api/shares/{share}", user: "operator");
        using var after = await SendAsync(HttpMethod.Get, "/api/reports", user: "operator");

        var reports = first["items"]!.AsArray().Concat(second["items"]!.AsArray()).ToArray();
        // The first twenty are kept.
        Assert.Equal(Enumerable.Range(0, 20).Reverse().Select(n => $"Reason {n}"), reports.Select(report => (string)report!["reason"]!));
        Assert.Equal((share, id, Owner, "A harbour"),
            ((string)reports[0]!["shareId"]!, (string)reports[0]!["campaignId"]!, (string)reports[0]!["userId"]!, (string)reports[0]!["prompt"]!));
        Assert.Equal(HttpStatusCode.NoContent, down.StatusCode);
        Assert.Empty((await CampaignApi.ReadAsync(after))["items"]!.AsArray());
        Assert.Equal(HttpStatusCode.NotFound, (await _api.Http.GetAsync($"/api/shared/{token}")).StatusCode);
    }

    private async Task<string> CompleteAsync(string prompt)
    {
        var body = new JsonObject { ["prompt"] = prompt, ["metadata"] = new JsonObject { ["customer"] = "42" } };
        using var response = await _api.PostAsync(body, user: Owner);
        var id = (string)(await CampaignApi.ReadAsync(response))["id"]!;
        Assert.Equal("COMPLETE", (string)(await _api.EndOfAsync(id, user: Owner))["status"]!);
        return id;
    }

    private async Task<(string Id, string Token)> ShareAsync(string campaign)
    {
        using var response = await SendAsync(HttpMethod.Post, $"/api/campaigns/{campaign}/shares", new JsonObject { ["expiresInDays"] = 7 });
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var share = await CampaignApi.ReadAsync(response);
        // EmbeddedHost knows its address.
        var url = new Uri((string)share["url"]!);
        Assert.Equal((_api.Http.BaseAddress!.Authority, "/s/"), (url.Authority, url.Segments[0] + url.Segments[1]));
        return ((string)share["id"]!, url.Segments[2]);
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, JsonNode? body = null, string user = Owner) =>
        _api.Http.SendAsync(method, path, [("X-User", user)], body);
}
