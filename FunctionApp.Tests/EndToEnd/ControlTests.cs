using System.Net;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using FunctionApp.Tests.Access;
using FunctionApp.Tests.Hosting;
using Npgsql;

namespace FunctionApp.Tests.EndToEnd;

/// <summary>Cancel, retry and delete over HTTP on the real host process.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class ControlTests(LocalServicesFixture services, AtelierFixture atelier) : IClassFixture<AtelierFixture>, IAsyncLifetime
{
    private CampaignApi _api = null!;

    public async Task InitializeAsync() => _api = await atelier.StartAsync(services);

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Cancel_WithACallInFlight_ShowsAtOnceAndCancelsTheCall()
    {
        var id = await _api.StartAsync("A city [[fault: image/0 timeout x*]]");
        await Eventually.TrueAsync(() => Task.FromResult(atelier.CallsOf(id, "image/0").Calls == 1));
        await Eventually.TrueAsync(async () => (string)(await _api.GetAsync(id))["text"]!["status"]! == "COMPLETE");

        using var canceled = await PostAsync(id, "cancel");
        var shown = await CampaignApi.ReadAsync(canceled);

        Assert.Equal(HttpStatusCode.Accepted, canceled.StatusCode);
        Assert.Equal("CANCELED", (string)shown["status"]!);
        Assert.Equal("CANCELED", (string)shown["images"]![0]!["status"]!);
        Assert.Equal("COMPLETE", (string)shown["text"]!["status"]!);
        await Eventually.TrueAsync(() => Task.FromResult(atelier.RunningCalls == 0));
        using var again = await PostAsync(id, "cancel");
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        await Eventually.TrueAsync(async () => await StatusOfInstanceAsync(id) == "Completed");
        Assert.Equal("CANCELED", (string)(await _api.GetAsync(id))["status"]!);
        Assert.Equal(1, atelier.CallsOf(id, "image/0").Calls);
        await using var stream = await EventStreamClient.OpenAsync(_api.Http, $"/api/campaigns/{id}/events");
        await stream.UntilAsync("campaign.canceled");
    }

    [Fact]
    public async Task Cancel_WhileItWaitsForItsNextAttempt_EndsTheOrchestrationToo()
    {
        var id = await _api.StartAsync("A city [[fault: image/0 429 x* retry-after=120]]");
        await Eventually.TrueAsync(async () => (string)(await _api.GetAsync(id))["images"]![0]!["status"]! == "RETRYING");

        using var canceled = await PostAsync(id, "cancel");

        Assert.Equal(HttpStatusCode.Accepted, canceled.StatusCode);
        await Eventually.TrueAsync(async () => await StatusOfInstanceAsync(id) == "Completed");
        // This process would not call the provider for the two minutes that it asked for.
        await atelier.KillAndRestartAsync();
    }

    [Fact]
    public async Task Retry_OfAFailedCampaign_MakesOnlyWhatFailed()
    {
        var id = await _api.StartAsync($"A desert [[fault: image/1 500 x{AtelierFixture.MaxAttempts}]]", images: 2);
        Assert.Equal("FAILED", (string)(await _api.EndOfAsync(id))["status"]!);

        using var retried = await PostAsync(id, "retry");
        var campaign = await _api.EndOfAsync(id);

        Assert.Equal(HttpStatusCode.Accepted, retried.StatusCode);
        Assert.Equal("COMPLETE", (string)campaign["status"]!);
        Assert.Null(campaign["error"]);
        Assert.Equal(AtelierFixture.MaxAttempts, campaign["failedAttempts"]!.AsArray().Count);
        Assert.Equal(AtelierFixture.MaxAttempts + 1, (int)campaign["images"]![1]!["attempts"]!);
        Assert.Equal(1, atelier.CallsOf(id, "text").Calls);
        Assert.Equal(1, atelier.CallsOf(id, "image/0").Calls);
        Assert.Equal(AtelierFixture.MaxAttempts + 1, atelier.CallsOf(id, "image/1").Calls);
        using var again = await PostAsync(id, "retry");
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
    }

    [Theory]
    [InlineData("cancel")]
    [InlineData("retry")]
    public async Task Change_OfAnotherCallersCampaign_NeitherTakesNorWaitsForItsLock(string verb)
    {
        var id = await _api.StartAsync("A lake", images: 0);
        await _api.EndOfAsync(id);
        await using var source = NpgsqlDataSource.Create(atelier.Database);
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var hold = new NpgsqlCommand($"SELECT FROM campaigns WHERE id = '{id}' FOR UPDATE", connection, transaction);
        await hold.ExecuteNonQueryAsync();

        // If it waited for the lock, its response would come only after the lock is released, which is after this response.
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/campaigns/{id}/{verb}") { Headers = { { "X-User", "stranger" } } };
        using var response = await _api.Http.SendAsync(request);

        await response.AssertProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task Delete_EndedCampaign_LeavesNothing()
    {
        var id = await _api.StartAsync($"A desert [[fault: image/1 500 x{AtelierFixture.MaxAttempts}]]", images: 2);
        await _api.EndOfAsync(id);
        using (await PostAsync(id, "retry"))
        {
            await _api.EndOfAsync(id);
        }

        await Eventually.TrueAsync(async () => await StatusOfInstanceAsync($"{id}-1") == "Completed");
        var container = new BlobContainerClient(services.StorageConnectionString, atelier.Container);
        Assert.Equal(2, await container.GetBlobsAsync(default, default, $"{id}/", CancellationToken.None).CountAsync());

        using var deleted = await _api.Http.DeleteAsync($"/api/campaigns/{id}");
        using var gone = await _api.Http.GetAsync($"/api/campaigns/{id}");
        using var again = await _api.Http.DeleteAsync($"/api/campaigns/{id}");

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
        Assert.Equal(0, await container.GetBlobsAsync(default, default, $"{id}/", CancellationToken.None).CountAsync());
        Assert.Null(await StatusOfInstanceAsync(id));
        Assert.Null(await StatusOfInstanceAsync($"{id}-1"));
        Assert.Equal(0L, await atelier.ScalarAsync($"SELECT count(*) FROM campaign_events WHERE campaign_id = '{id}'"));
        Assert.Equal(0L, await atelier.ScalarAsync($"SELECT count(*) FROM campaign_attempts WHERE campaign_id = '{id}'"));
    }

    [Fact]
    public async Task Delete_RunningCampaign_Is409()
    {
        var id = await _api.StartAsync("A city [[fault: image/0 timeout x*]]");

        using var refused = await _api.Http.DeleteAsync($"/api/campaigns/{id}");
        using var canceled = await PostAsync(id, "cancel");
        using var deleted = await _api.Http.DeleteAsync($"/api/campaigns/{id}");

        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
    }

    [Theory]
    [InlineData("cancel")]
    [InlineData("retry")]
    public async Task Control_OfAnotherCallersCampaign_Is404(string action)
    {
        using var accepted = await _api.PostAsync(new JsonObject { ["prompt"] = "Hers" }, user: "somebody-else");
        var id = (string)(await CampaignApi.ReadAsync(accepted))["id"]!;

        using var foreign = await PostAsync(id, action);
        using var deleted = await _api.Http.DeleteAsync($"/api/campaigns/{id}");

        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, deleted.StatusCode);
    }

    [Fact]
    public async Task Orchestration_LostWhileRunning_CampaignRecoversItsMissingParts()
    {
        var id = await _api.StartAsync("A forest [[fault: image/0 429 x1 retry-after=30]]");
        await Eventually.TrueAsync(async () =>
        {
            var running = await _api.GetAsync(id);
            return ((string)running["text"]!["status"]!, (string)running["images"]![0]!["status"]!) == ("COMPLETE", "RETRYING");
        });

        // As after a restore of the engine's data only: its instance is gone, and its row is RUNNING and was last checked long ago.
        await atelier.KillAndRestartWithoutAsync(id);
        await atelier.ScalarAsync($"UPDATE campaigns SET checked_at = now() - interval '1 hour' WHERE id = '{id}' RETURNING 1");

        var campaign = await atelier.Api.EndOfAsync(id);
        Assert.Equal("COMPLETE", (string)campaign["status"]!);
        Assert.Equal(1, atelier.CallsOf(id, "text").Calls);
        Assert.Equal(1L, await atelier.ScalarAsync($"SELECT run::bigint FROM campaigns WHERE id = '{id}'"));
    }

    private Task<HttpResponseMessage> PostAsync(string id, string action) =>
        _api.Http.PostAsync($"/api/campaigns/{id}/{action}", content: null);

    private async Task<string?> StatusOfInstanceAsync(string id) =>
        (await atelier.ScalarAsync($"SELECT CASE status WHEN 1 THEN 'Completed' ELSE 'Other' END FROM {await atelier.HubAsync()}.instances WHERE id = '{id}'")) as string;
}
