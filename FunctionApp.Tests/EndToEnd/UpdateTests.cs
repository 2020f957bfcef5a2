using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FunctionApp.Tests.Access;
using FunctionApp.Tests.Hosting;
using Npgsql;

namespace FunctionApp.Tests.EndToEnd;

/// <summary>Names, tags and favorites over HTTP, and the control of many campaigns at once.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class UpdateTests(LocalServicesFixture services, AtelierFixture atelier) : IClassFixture<AtelierFixture>, IAsyncLifetime
{
    private CampaignApi _api = null!;

    public async Task InitializeAsync() => _api = await atelier.StartAsync(services);

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Update_SomeFields_ChangesThemAlone_AndTellsReadersOfIt()
    {
        var id = await EndedAsync(new JsonObject { ["prompt"] = "A lake", ["name"] = " Lake ", ["tags"] = new JsonArray(" Spring sale "), ["images"] = NoImages() });
        var before = await _api.GetAsync(id);
        Assert.Equal(("Lake", false), ((string)before["name"]!, (bool)before["favorite"]!));
        await using var stream = await EventStreamClient.OpenAsync(_api.Http, $"/api/campaigns/{id}/events");

        using var marked = await PatchAsync(id, new JsonObject { ["favorite"] = true });
        using var renamed = await PatchAsync(id, new JsonObject { ["name"] = null, ["tags"] = new JsonArray("b", "A") }, marked.Headers.ETag!.ToString());
        using var repeated = await PatchAsync(id, new JsonObject { ["favorite"] = true });
        using var nothing = await PatchAsync(id, new JsonObject());

        var campaign = await CampaignApi.ReadAsync(renamed);
        Assert.Null(campaign["name"]);
        Assert.True((bool)campaign["favorite"]!);
        Assert.Equal(["b", "A"], campaign["tags"]!.AsArray().Select(tag => (string)tag!));
        Assert.Equal("COMPLETE", (string)campaign["status"]!);
        Assert.Equal(renamed.Headers.ETag, repeated.Headers.ETag);
        Assert.Equal(renamed.Headers.ETag, nothing.Headers.ETag);
        Assert.NotEqual(marked.Headers.ETag, renamed.Headers.ETag);
        await stream.UntilAsync("campaign.updated");
        await stream.UntilAsync("campaign.updated");
        Assert.Equal(2L, await CountAsync($"SELECT count(*) FROM campaign_events WHERE campaign_id = '{id}' AND type = 'campaign.updated'"));
    }

    [Fact]
    public async Task Update_WhileItRuns_WakesAReaderThatWaits()
    {
        var id = await _api.StartAsync("A river [[fault: text timeout delay=60]]", images: 0);
        await Eventually.TrueAsync(async () => (string)(await _api.GetAsync(id))["status"]! == "RUNNING");
        using var read = await _api.Http.GetAsync($"/api/campaigns/{id}");
        using var wait = new HttpRequestMessage(HttpMethod.Get, $"/api/campaigns/{id}?wait=60") { Headers = { IfNoneMatch = { read.Headers.ETag! } } };
        var waiting = _api.Http.SendAsync(wait);

        using var patched = await PatchAsync(id, new JsonObject { ["name"] = "Slow" });
        using var woken = await waiting;

        Assert.Equal(HttpStatusCode.OK, patched.StatusCode);
        Assert.Equal("Slow", (string)(await CampaignApi.ReadAsync(woken))["name"]!);
        using var canceled = await _api.Http.PostAsync($"/api/campaigns/{id}/cancel", content: null);
    }

    [Fact]
    public async Task Update_ForAnotherVersion_Is412AndChangesNothing()
    {
        var id = await EndedAsync(new JsonObject { ["prompt"] = "A lake", ["images"] = NoImages() });

        using var stale = await PatchAsync(id, new JsonObject { ["name"] = "Late" }, "W/\"1\"");
        using var malformed = await PatchAsync(id, new JsonObject { ["name"] = "Late" }, "no tag");
        using var any = await PatchAsync(id, new JsonObject { ["name"] = "Any" }, "*");

        await stale.AssertProblemAsync(412, "precondition_failed");
        await malformed.AssertProblemAsync(412, "precondition_failed");
        Assert.Equal("Any", (string)(await CampaignApi.ReadAsync(any))["name"]!);
    }

    [Theory]
    [InlineData("""{"name":""}""", "name")]
    [InlineData("""{"name":7}""", "name")]
    [InlineData("""{"favorite":null}""", "favorite")]
    [InlineData("""{"favorite":"true"}""", "favorite")]
    [InlineData("""{"tags":null}""", "tags")]
    [InlineData("""{"tags":["a","A"]}""", "tags")]
    [InlineData("""{"text":" "}""", "text")]
    [InlineData("""{"prompt":"Mine"}""", "prompt")]
    [InlineData("""{"Name":"x"}""", "Name")]
    public async Task Update_OneFieldWrong_NamesIt(string body, string field)
    {
        var id = await EndedAsync(new JsonObject { ["prompt"] = "A lake", ["images"] = NoImages() });

        using var refused = await PatchAsync(id, JsonNode.Parse(body)!);

        var problem = await refused.AssertProblemAsync(400, "validation_failed");
        Assert.Equal(field, Assert.Single(problem["errors"]!.AsObject()).Key);
    }

    [Fact]
    public async Task Update_Event_ReachesOnlyWebhooksThatNameIt_AndNoInbox()
    {
        using var all = await _api.Http.PostAsJsonAsync("/api/webhooks", new { url = "http://127.0.0.1:1/all" });
        using var named = await _api.Http.PostAsJsonAsync("/api/webhooks", new { url = "http://127.0.0.1:1/named", events = (string[])["campaign.updated"] });
        var hook = (string)(await CampaignApi.ReadAsync(named))["id"]!;
        var id = await EndedAsync(new JsonObject { ["prompt"] = "A lake", ["images"] = NoImages() });

        using var patched = await PatchAsync(id, new JsonObject { ["favorite"] = true });

        Assert.Equal(HttpStatusCode.OK, patched.StatusCode);
        Assert.Equal(1L, await CountAsync(
            $"SELECT count(*) FROM webhook_deliveries AS d JOIN campaign_events AS e ON e.id = d.event_id WHERE e.campaign_id = '{id}' AND e.type = 'campaign.updated'"));
        Assert.Equal(1L, await CountAsync($"SELECT count(*) FROM webhook_deliveries WHERE campaign_id = '{id}' AND webhook_id = '{hook}'"));
        var inbox = await _api.Http.GetFromJsonAsync<JsonObject>("/api/notifications?limit=500");
        Assert.DoesNotContain(inbox!["items"]!.AsArray(), item => (string)item!["type"]! == "campaign.updated");
        Assert.Contains(inbox["items"]!.AsArray(), item => (string)item!["campaignId"]! == id);
    }

    [Fact]
    public async Task List_ByBeginningsTagAndFavorite_FindsTheCampaign()
    {
        var id = await EndedAsync(new JsonObject
        {
            ["prompt"] = "Quokkas at dusk",
            ["name"] = "Xylophone",
            ["tags"] = new JsonArray("Night owls"),
            ["images"] = NoImages(),
        });
        using var patched = await PatchAsync(id, new JsonObject { ["favorite"] = true });

        foreach (var query in (string[])["q=quok", "q=DUS+xylo", "q=ow", "tag=night%20OWLS", "favorite=true&tag=Night%20owls&q=quokkas&status=COMPLETE&from=2026-01-01"])
            Assert.Equal(id, (string)Assert.Single(await ListAsync(query))!["id"]!);
        foreach (var query in (string[])["q=okkas", "tag=night", "favorite=false&q=quok", "q=quok&until=2026-01-01"])
            Assert.Empty(await ListAsync(query));
    }

    [Fact]
    public async Task DeleteAndRetry_OfMany_HaveAResultForEach()
    {
        var failed = await EndedAsync(new JsonObject { ["prompt"] = $"A lake [[fault: text 500 x{AtelierFixture.MaxAttempts}]]", ["images"] = NoImages() });
        var complete = await EndedAsync(new JsonObject { ["prompt"] = "A lake", ["images"] = NoImages() });
        using var foreign = await _api.PostAsync(new JsonObject { ["prompt"] = "Hers", ["images"] = NoImages() }, user: "somebody-else");
        var hers = (string)(await CampaignApi.ReadAsync(foreign))["id"]!;
        var running = await _api.StartAsync("A river [[fault: text timeout delay=60]]", images: 0);

        var retried = await ManyAsync("retry", failed, complete, hers, failed);
        await _api.EndOfAsync(failed);
        var deleted = await ManyAsync("delete", complete, running, hers, failed, "0198c5a4-0000-7000-8000-000000000000");

        Assert.Equal([$"{failed} 202 ", $"{complete} 409 campaign_not_failed", $"{hers} 404 not_found"], retried);
        Assert.Equal(
            [
                $"{complete} 204 ", $"{running} 409 campaign_running", $"{hers} 404 not_found", $"{failed} 204 ",
                "0198c5a4-0000-7000-8000-000000000000 404 not_found",
            ],
            deleted);
        using var gone = await _api.Http.GetAsync($"/api/campaigns/{failed}");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        using var canceled = await _api.Http.PostAsync($"/api/campaigns/{running}/cancel", content: null);
    }

    [Theory]
    [InlineData("""{"ids":[]}""")]
    [InlineData("""{}""")]
    [InlineData("""{"ids":["nonsense"]}""")]
    [InlineData("""{"ids":null}""")]
    public async Task Many_WithoutIds_Is400(string body)
    {
        using var refused = await _api.Http.PostAsJsonAsync("/api/campaigns/delete", JsonNode.Parse(body));

        var problem = await refused.AssertProblemAsync(400, "validation_failed");
        Assert.Equal("ids", Assert.Single(problem["errors"]!.AsObject()).Key);
    }

    private static JsonObject NoImages() => new() { ["count"] = 0 };

    private async Task<string> EndedAsync(JsonObject body)
    {
        using var accepted = await _api.PostAsync(body);
        var id = (string)(await CampaignApi.ReadAsync(accepted))["id"]!;
        await _api.EndOfAsync(id);
        return id;
    }

    private async Task<HttpResponseMessage> PatchAsync(string id, JsonNode body, string? tag = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, $"/api/campaigns/{id}") { Content = JsonContent.Create(body) };
        if (tag is not null)
            request.Headers.TryAddWithoutValidation("If-Match", tag);
        return await _api.Http.SendAsync(request);
    }

    private async Task<string[]> ManyAsync(string action, params string[] ids)
    {
        using var response = await _api.Http.PostAsJsonAsync($"/api/campaigns/{action}", new { ids });
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return [.. (await CampaignApi.ReadAsync(response))["results"]!.AsArray().Select(result => $"{result!["id"]} {result["status"]} {result["code"]}")];
    }

    private async Task<JsonArray> ListAsync(string query) =>
        (await _api.Http.GetFromJsonAsync<JsonObject>($"/api/campaigns?{query}"))!["items"]!.AsArray();

    private async Task<long> CountAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create($"{atelier.Database};Pooling=false");
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
