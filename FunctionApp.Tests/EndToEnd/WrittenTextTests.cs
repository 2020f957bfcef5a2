using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FunctionApp.Tests.Access;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.EndToEnd;

/// <summary>A text that the caller writes, by <c>PATCH</c>.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class WrittenTextTests(LocalServicesFixture services, AtelierFixture atelier) : IClassFixture<AtelierFixture>, IAsyncLifetime
{
    private CampaignApi _api = null!;

    public async Task InitializeAsync() => _api = await atelier.StartAsync(services);

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Text_WrittenByTheCaller_IsTheNextVersionAtOnce_AndTheEarlierOneIsKept()
    {
        var id = await EndedAsync();
        var made = (string)(await _api.GetAsync(id))["text"]!["content"]!;

        using var edited = await EditAsync(id, new { text = "Our own words.\n\nIn two paragraphs." });
        using var repeated = await EditAsync(id, new { text = "Our own words.\n\nIn two paragraphs." });
        var campaign = await _api.GetAsync(id);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (edited.StatusCode, repeated.StatusCode));
        Assert.Equal(edited.Headers.ETag, repeated.Headers.ETag);
        var text = campaign["text"]!;
        Assert.Equal(("COMPLETE", 2, 2, "Our own words.\n\nIn two paragraphs."), ((string)text["status"]!, (int)text["version"]!, (int)text["versions"]!, (string)text["content"]!));
        Assert.Equal(("user", null, null), ((string)text["provider"]!, (string?)text["model"], text["usage"]));
        Assert.Equal(0, (int)text["attempts"]!);
        var versions = (await _api.Http.GetFromJsonAsync<JsonObject>($"/api/campaigns/{id}/versions"))!["items"]!.AsArray()
            .Where(version => (string)version!["part"]! == "text").Select(version => version!);
        Assert.Equal([(made, "openai"), ("Our own words.\n\nIn two paragraphs.", "user")], versions.Select(version => ((string)version["content"]!, (string)version["provider"]!)));
        using var chosen = await _api.Http.PutAsJsonAsync($"/api/campaigns/{id}/text/version", new { version = 1 });
        Assert.Equal(made, (string)(await _api.GetAsync(id))["text"]!["content"]!);
        var found = await _api.Http.GetFromJsonAsync<JsonObject>("/api/campaigns?q=paragraphs");
        Assert.DoesNotContain(found!["items"]!.AsArray(), item => (string)item!["id"]! == id);
    }

    [Fact]
    public async Task Text_WrittenForOneThatFailed_CompletesTheCampaign()
    {
        var id = await _api.StartAsync("A harbour [[fault: text moderation]]");
        Assert.Equal("FAILED", (string)(await _api.EndOfAsync(id))["status"]!);

        using var edited = await EditAsync(id, new { text = "A harbour." });

        Assert.Equal(HttpStatusCode.OK, edited.StatusCode);
        var campaign = await _api.GetAsync(id);
        Assert.Equal(("COMPLETE", "A harbour."), ((string)campaign["status"]!, (string)campaign["text"]!["content"]!));
    }

    [Fact]
    public async Task Text_ThatCannotBeWritten_IsRefused_AndNothingElseOfTheRequestIsDone()
    {
        var busy = await EndedAsync();
        using var accepted = await _api.PostAsync(new JsonObject { ["prompt"] = "No text", ["images"] = new JsonObject { ["count"] = 1 }, ["text"] = null });
        var without = (string)(await CampaignApi.ReadAsync(accepted))["id"]!;
        await _api.EndOfAsync(without);
        var running = await _api.StartAsync("A harbour [[fault: text timeout delay=60]]");
        using var regenerated = await _api.Http.PostAsJsonAsync($"/api/campaigns/{busy}/text/regenerate", new { prompt = "Slowly [[fault: text timeout delay=60]]" });
        Assert.Equal(HttpStatusCode.Accepted, regenerated.StatusCode);

        using (var refused = await EditAsync(running, new { name = "New", text = "Words" }))
            await refused.AssertProblemAsync(409, "campaign_running");
        using (var refused = await EditAsync(busy, new { name = "New", text = "Words" }))
            await refused.AssertProblemAsync(409, "part_busy");
        using (var refused = await EditAsync(without, new { name = "New", text = "Words" }))
            Assert.NotNull((await refused.AssertProblemAsync(400, "validation_failed"))["errors"]!["text"]);
        foreach (var wrong in new object?[] { "", " ", new string('x', 20_001), 1, null })
        {
            using var refused = await EditAsync(busy, new { name = "New", text = wrong });
            Assert.NotNull((await refused.AssertProblemAsync(400, "validation_failed"))["errors"]!["text"]);
        }

        foreach (var id in new[] { running, busy, without })
            Assert.Null((await _api.GetAsync(id))["name"]);
        foreach (var id in new[] { running, busy })
            (await _api.Http.PostAsync($"/api/campaigns/{id}/cancel", content: null)).Dispose();
    }

    private async Task<string> EndedAsync()
    {
        var id = await _api.StartAsync("A harbour [[fault: text 503]]", images: 1);
        await _api.EndOfAsync(id);
        return id;
    }

    private Task<HttpResponseMessage> EditAsync(string id, object edit) => _api.Http.PatchAsJsonAsync($"/api/campaigns/{id}", edit);
}
