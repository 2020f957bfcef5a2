using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using AiSimulator.Calls;
using Azure.Storage.Blobs;
using FunctionApp.Tests.Access;
using FunctionApp.Tests.EndToEnd.Providers;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.EndToEnd;

/// <summary>Parts that are regenerated after the campaign has ended, over HTTP on the real host process.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class VersionTests(LocalServicesFixture services, VersionTests.Host host) : IClassFixture<VersionTests.Host>, IAsyncLifetime
{
    private readonly AtelierFixture _atelier = host.Atelier;

    public Task InitializeAsync() => _atelier.StartAsync(services);

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Image_Regenerated_IsShownOnceItIsComplete_AndTheEarlierOneIsKept()
    {
        var id = await CompleteAsync();
        var address = await UrlOfAsync(id);
        var first = await BytesAsync(address);

        var begun = await RegenerateAsync(id, "images/0", "The same beach at night [[fault: image/0 429 retry-after=2]]");
        var meanwhile = await _atelier.Api.GetAsync(id);
        var campaign = await MadeAsync(id);

        Assert.Equal((true, "COMPLETE"), ((bool)begun["regenerating"]!, (string)begun["status"]!));
        Assert.Equal(("COMPLETE", address), ((string)meanwhile["images"]![0]!["status"]!, (string)meanwhile["images"]![0]!["url"]!));
        Assert.Equal(("COMPLETE", 2, 2), StateOf(campaign));
        Assert.NotEqual(first, await BytesAsync((string)campaign["images"]![0]!["url"]!));
        Assert.Equal(first, await BytesAsync(address));
        var versions = await VersionsAsync(id, "image/0");
        Assert.Equal([(1, "COMPLETE", false, 1), (2, "COMPLETE", true, 2)], versions.Select(Summary));
        Assert.StartsWith("The same beach at night", (string)versions[1]["prompt"]!, StringComparison.Ordinal);
        await using var stream = await EventStreamClient.OpenAsync(_atelier.Api.Http, $"/api/campaigns/{id}/events");
        await stream.UntilAsync("campaign.version.completed");
    }

    [Fact]
    public async Task Image_CurrentVersion_IsRevalidated_AndAVersionIsNot()
    {
        var id = await CompleteAsync();

        using var current = await _atelier.Api.Http.GetAsync($"/api/campaigns/{id}/images/0");
        using var version = await _atelier.Api.Http.GetAsync($"/api/campaigns/{id}/images/0?version=1");
        using var none = await _atelier.Api.Http.GetAsync($"/api/campaigns/{id}/images/0?version=2");

        Assert.Equal("no-cache, private", current.Headers.CacheControl!.ToString());
        Assert.Contains("immutable", version.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    [Fact]
    public async Task Version_Chosen_IsShown_AlsoWhenAnotherOneIsCompleteLater()
    {
        var id = await CompleteAsync();
        await RegenerateAsync(id, "text", "A second text");
        var second = (string)(await MadeAsync(id))["text"]!["content"]!;

        var chosen = await ChooseAsync(id, "text", 1);
        await RegenerateAsync(id, "text", "A third text [[fault: text 429 retry-after=2]]");
        await ChooseAsync(id, "text", 2);
        var campaign = await MadeAsync(id);

        Assert.Equal(1, (int)chosen["text"]!["version"]!);
        Assert.NotEqual(second, (string)chosen["text"]!["content"]!);
        Assert.Equal((2, 3, second), ((int)campaign["text"]!["version"]!, (int)campaign["text"]!["versions"]!, (string)campaign["text"]!["content"]!));
        var versions = await VersionsAsync(id, "text");
        Assert.Equal(3, versions.Select(version => (string)version["content"]!).Distinct().Count());
    }

    [Fact]
    public async Task FailedImage_RegeneratedFromAnotherPrompt_CompletesTheCampaign()
    {
        var id = await _atelier.Api.StartAsync("A road [[fault: image/0 moderation]]");
        Assert.Equal("FAILED", (string)(await _atelier.Api.EndOfAsync(id))["status"]!);

        await RegenerateAsync(id, "images/0", "A road in the hills");
        var campaign = await MadeAsync(id);

        Assert.Equal(("COMPLETE", 2, 2), StateOf(campaign));
        Assert.Null(campaign["error"]);
        Assert.Equal(0L, await _atelier.ScalarAsync($"SELECT count(*) FROM dead_letters WHERE campaign_id = '{id}'"));
        Assert.Equal([(1, "FAILED", false, 1), (2, "COMPLETE", true, 1)], (await VersionsAsync(id, "image/0")).Select(Summary));
        await using var stream = await EventStreamClient.OpenAsync(_atelier.Api.Http, $"/api/campaigns/{id}/events");
        await stream.UntilAsync("campaign.completed");
    }

    [Fact]
    public async Task Version_ThatFails_LeavesTheCurrentOne_AndAnotherCanBeMade()
    {
        var id = await CompleteAsync();

        await RegenerateAsync(id, "images/0", "A beach [[fault: image/0 moderation]]");
        var failed = await MadeAsync(id);
        await RegenerateAsync(id, "images/0", "A beach with a dog");
        var campaign = await MadeAsync(id);

        Assert.Equal(("COMPLETE", 1, 2), StateOf(failed));
        Assert.Equal(("COMPLETE", 3, 3), StateOf(campaign));
        var versions = await VersionsAsync(id, "image/0");
        Assert.Equal([(1, "COMPLETE", false, 1), (2, "FAILED", false, 1), (3, "COMPLETE", true, 1)], versions.Select(Summary));
        Assert.NotNull((string?)versions[1]["error"]!["code"]);
    }

    [Fact]
    public async Task Version_UnderWay_RefusesItsPartAndTheDeletion_UntilItIsCanceled()
    {
        var id = await CompleteAsync();
        await RegenerateAsync(id, "images/0", "A beach [[fault: image/0 timeout x*]]");
        await Eventually.TrueAsync(() => Task.FromResult(_atelier.CallsOf(id, "image/0/v2").Calls == 1));

        using var same = await PostAsync(id, "images/0", "Another");
        using var deleted = await _atelier.Api.Http.DeleteAsync($"/api/campaigns/{id}");
        using var canceled = await _atelier.Api.Http.PostAsync($"/api/campaigns/{id}/cancel", content: null);

        await same.AssertProblemAsync(409, "part_busy");
        await deleted.AssertProblemAsync(409, "campaign_running");
        Assert.Equal(HttpStatusCode.Accepted, canceled.StatusCode);
        var campaign = await CampaignApi.ReadAsync(canceled);
        Assert.Equal((false, "COMPLETE"), ((bool)campaign["regenerating"]!, (string)campaign["status"]!));
        await Eventually.TrueAsync(() => Task.FromResult(_atelier.RunningCalls == 0));
        Assert.Equal("CANCELED", (string)(await VersionsAsync(id, "image/0"))[1]["status"]!);
        await RegenerateAsync(id, "images/0", "A beach");
        Assert.Equal(("COMPLETE", 3, 3), StateOf(await MadeAsync(id)));
    }

    [Fact]
    public async Task Regenerate_RepeatedWithItsKey_MakesOneVersion()
    {
        var id = await CompleteAsync();

        await RegenerateAsync(id, "images/0", "At night", key: "night");
        await MadeAsync(id);
        await RegenerateAsync(id, "images/0", "At night", key: "night");
        using var other = await PostAsync(id, "images/0", "At noon", "night");

        Assert.Equal(("COMPLETE", 2, 2), StateOf(await _atelier.Api.GetAsync(id)));
        await other.AssertProblemAsync(409, "idempotency_conflict");
    }

    [Fact]
    public async Task Part_WithTwentyVersions_GetsNoOther()
    {
        var id = await CompleteAsync();
        await _atelier.ScalarAsync($"UPDATE campaign_images SET versions = 20 WHERE campaign_id = '{id}' RETURNING 1");

        using var refused = await PostAsync(id, "images/0", "Another");

        await refused.AssertProblemAsync(409, "too_many_versions");
    }

    [Fact]
    public async Task Delete_OfACampaignWithVersions_LeavesNothing()
    {
        var id = await CompleteAsync();
        await RegenerateAsync(id, "images/0", "At night");
        await MadeAsync(id);
        var container = new BlobContainerClient(services.StorageConnectionString, _atelier.Container);
        Assert.Equal(2, await container.GetBlobsAsync(default, default, $"{id}/", CancellationToken.None).CountAsync());

        using var deleted = await _atelier.Api.Http.DeleteAsync($"/api/campaigns/{id}");

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal(0, await container.GetBlobsAsync(default, default, $"{id}/", CancellationToken.None).CountAsync());
        Assert.Equal(0L, await _atelier.ScalarAsync($"SELECT count(*) FROM campaign_part_versions WHERE campaign_id = '{id}'"));
        Assert.Equal(0L, await _atelier.ScalarAsync($"SELECT count(*) FROM {await _atelier.HubAsync()}.instances WHERE id LIKE '{id}%'"));
    }

    [Fact]
    public async Task Kill_WhileVersionsAreMade_LosesNone()
    {
        var ids = new List<string>();
        for (var i = 0; i < 6; i++)
            ids.Add(await CompleteAsync());
        foreach (var id in ids)
            await RegenerateAsync(id, "images/0", "A beach [[fault: image/0 429 retry-after=2]]");
        await Eventually.TrueAsync(() => Task.FromResult(ids.Exists(id => _atelier.CallsOf(id, "image/0/v2").Calls > 0)));

        await _atelier.KillAndRestartAsync();

        foreach (var id in ids)
        {
            Assert.Equal(("COMPLETE", 2, 2), StateOf(await MadeAsync(id)));
            Assert.InRange(_atelier.CallsOf(id, "image/0/v2").Calls, 2, 3);
        }
    }

    [Fact]
    public async Task Version_WhoseOrchestrationWasNeverScheduled_OrIsLost_IsMade()
    {
        var id = await CompleteAsync();
        await RegenerateAsync(id, "images/0", "A beach [[fault: image/0 429 x1 retry-after=60]]");
        await Eventually.TrueAsync(async () => (string)(await VersionsAsync(id, "image/0"))[1]["status"]! == "RETRYING");

        // As if the process had died between the commit and the call to the engine.
        await _atelier.KillAndRestartWithoutAsync($"{id}-image-0-v2");
        await _atelier.ScalarAsync($"UPDATE campaign_part_versions SET checked_at = now() - interval '1 minute' WHERE campaign_id = '{id}' RETURNING 1");

        Assert.Equal(("COMPLETE", 2, 2), StateOf(await MadeAsync(id)));
    }

    [Theory]
    [InlineData("replicate")]
    [InlineData("callback")]
    public async Task Image_OfAnAsynchronousProvider_IsRegeneratedByItsCallback(string provider)
    {
        var id = await CompleteAsync(provider);
        var first = await BytesAsync(await UrlOfAsync(id));

        await RegenerateAsync(id, "images/0", "A pier at night");
        var campaign = await MadeAsync(id);

        Assert.Equal(("COMPLETE", 2, 2), StateOf(campaign));
        Assert.NotEqual(first, await BytesAsync(await UrlOfAsync(id)));
        Assert.Single(_atelier.Calls(id, "image/0/v2", Operations.Image));
    }

    [Fact]
    public async Task Seed_OfTheRequestAndOfAVersion_IsSentReportedAndRepeatable()
    {
        using var accepted = await _atelier.Api.PostAsync(new JsonObject
        {
            ["prompt"] = "A harbour",
            ["images"] = new JsonObject { ["count"] = 2, ["seed"] = 4294967295, ["negativePrompt"] = "people" },
            ["providers"] = new JsonObject { ["image"] = "replicate" },
        });
        var id = (string)(await CampaignApi.ReadAsync(accepted))["id"]!;
        var complete = await _atelier.Api.EndOfAsync(id);
        using var again = await _atelier.Api.Http.PostAsJsonAsync($"/api/campaigns/{id}/images/0/regenerate", new { seed = 7 });
        await MadeAsync(id);
        using var repeated = await _atelier.Api.Http.PostAsJsonAsync($"/api/campaigns/{id}/images/0/regenerate", new { seed = 7 });
        var campaign = await MadeAsync(id);

        Assert.Equal([4294967295, 0], complete["images"]!.AsArray().Select(image => (long)image!["seed"]!));
        Assert.Equal(7, (long)campaign["images"]![0]!["seed"]!);
        var versions = await VersionsAsync(id, "image/0");
        Assert.Equal([4294967295, 7, 7], versions.Select(version => (long)version["seed"]!));
        var pictures = new List<byte[]>();
        foreach (var version in versions)
            pictures.Add(await BytesAsync((string)version["url"]!));
        Assert.Equal(pictures[1], pictures[2]);
        Assert.NotEqual(pictures[0], pictures[1]);
    }

    [Fact]
    public async Task Seed_OfAProviderWithoutOne_IsRefusedByName()
    {
        var id = await CompleteAsync();

        using var campaign = await _atelier.Api.PostAsync(new JsonObject
        {
            ["prompt"] = "A harbour",
            ["images"] = new JsonObject { ["seed"] = 1, ["negativePrompt"] = "people" },
        });
        using var version = await _atelier.Api.Http.PostAsJsonAsync($"/api/campaigns/{id}/images/0/regenerate", new { seed = 1 });

        Assert.Equal(HttpStatusCode.BadRequest, campaign.StatusCode);
        var errors = (await CampaignApi.ReadAsync(campaign))["errors"]!.AsObject();
        Assert.Equal(["images.negativePrompt", "images.seed"], errors.Select(error => error.Key).Order());
        await version.AssertProblemAsync(400, "validation_failed");
        var providers = await _atelier.Api.Http.GetFromJsonAsync<JsonObject>("/api/providers");
        Assert.Equal(
            [("azure-openai", false), ("callback", true), ("openai", false), ("replicate", true), ("stable-diffusion", true)],
            providers!["image"]!.AsArray().Select(provider => ((string)provider!["name"]!, (bool)provider["seed"]!)));
    }

    [Fact]
    public async Task LostImage_OfALaterVersion_IsMadeAgainByARetry_AndTheEarlierOneIsKept()
    {
        var id = await CompleteAsync();
        var first = await BytesAsync(await UrlOfAsync(id));
        await RegenerateAsync(id, "images/0", "A beach at night");
        await MadeAsync(id);
        var container = new BlobContainerClient(services.StorageConnectionString, _atelier.Container);
        Assert.True((await container.DeleteBlobIfExistsAsync($"{id}/image-0-v2.png")).Value);
        using (var lost = await _atelier.Api.Http.GetAsync($"/api/campaigns/{id}/images/0"))
            await lost.AssertProblemAsync(404, "image_lost");

        using (var retried = await _atelier.Api.Http.PostAsync($"/api/campaigns/{id}/retry", content: null))
            Assert.Equal(HttpStatusCode.Accepted, retried.StatusCode);
        await _atelier.Api.EndOfAsync(id);

        Assert.NotEmpty(await BytesAsync($"/api/campaigns/{id}/images/0?version=2"));
        Assert.Equal(first, await BytesAsync($"/api/campaigns/{id}/images/0?version=1"));
    }

    private static (string Status, int Version, int Versions) StateOf(JsonObject campaign) =>
        ((string)campaign["status"]!, (int)campaign["images"]![0]!["version"]!, (int)campaign["images"]![0]!["versions"]!);

    private static (int Version, string Status, bool Current, int Attempts) Summary(JsonNode version) =>
        ((int)version["version"]!, (string)version["status"]!, (bool)version["current"]!, (int)version["attempts"]!);

    private async Task<string> CompleteAsync(string provider = "openai")
    {
        using var response = await _atelier.Api.PostAsync(new JsonObject
        {
            ["prompt"] = "A beach",
            ["providers"] = new JsonObject { ["image"] = provider },
        });
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var id = (string)(await CampaignApi.ReadAsync(response))["id"]!;
        Assert.Equal("COMPLETE", (string)(await _atelier.Api.EndOfAsync(id))["status"]!);
        return id;
    }

    private Task<HttpResponseMessage> PostAsync(string id, string part, string prompt, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/api/campaigns/{id}/{part}/regenerate")
        {
            Content = JsonContent.Create(new { prompt }),
        };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return _atelier.Api.Http.SendAsync(request);
    }

    private async Task<JsonObject> RegenerateAsync(string id, string part, string prompt, string? key = null)
    {
        using var response = await PostAsync(id, part, prompt, key);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        return await CampaignApi.ReadAsync(response);
    }

    private async Task<JsonObject> ChooseAsync(string id, string part, int version)
    {
        using var response = await _atelier.Api.Http.PutAsJsonAsync($"/api/campaigns/{id}/{part}/version", new { version });
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await CampaignApi.ReadAsync(response);
    }

    private async Task<JsonObject> MadeAsync(string id)
    {
        await Eventually.TrueAsync(async () => !(bool)(await _atelier.Api.GetAsync(id))["regenerating"]!, TimeSpan.FromSeconds(60));
        return await _atelier.Api.GetAsync(id);
    }

    private async Task<IReadOnlyList<JsonNode>> VersionsAsync(string id, string part)
    {
        var versions = await _atelier.Api.Http.GetFromJsonAsync<JsonObject>($"/api/campaigns/{id}/versions");
        return [.. versions!["items"]!.AsArray().Where(version => (string)version!["part"]! == part).Select(version => version!)];
    }

    private async Task<string> UrlOfAsync(string id) => (string)(await _atelier.Api.GetAsync(id))["images"]![0]!["url"]!;

    private Task<byte[]> BytesAsync(string address) => _atelier.Api.Http.GetByteArrayAsync(new Uri(address, UriKind.Relative));

    /// <summary>One host for all tests, with providers of both kinds.</summary>
    public sealed class Host : IAsyncLifetime
    {
        internal AtelierFixture Atelier { get; } = new()
        {
            MoreSettings = AsyncProviders.Settings,
        };

        public Task InitializeAsync() => Task.CompletedTask;

        public async Task DisposeAsync() => await Atelier.DisposeAsync();
    }
}
