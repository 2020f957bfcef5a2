using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FunctionApp.Tests.Access;
using FunctionApp.Tests.Hosting;
using Npgsql;

namespace FunctionApp.Tests.EndToEnd;

/// <summary>Streams and inbox over HTTP on the real host process.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class NotificationTests(LocalServicesFixture services, AtelierFixture atelier) : IClassFixture<AtelierFixture>, IAsyncLifetime
{
    private const int ManyStreams = 1000;

    private readonly string _user = $"user-{Guid.NewGuid():N}";
    private CampaignApi _api = null!;

    public async Task InitializeAsync() => _api = await atelier.StartAsync(services);

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task CampaignStream_OfACampaign_SendsAllItsEventsInOrder()
    {
        var id = await StartAsync("A beach [[fault: image/0 429 x1 retry-after-ms=50]]");
        await using var stream = await EventStreamClient.OpenAsync(_api.Http, $"/api/campaigns/{id}/events", _user);

        var messages = await stream.UntilAsync("campaign.completed");

        Assert.Equal("text/event-stream", stream.Response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(["campaign.accepted", "campaign.started"], messages[..2].Select(message => message.Type));
        Assert.Equal(
            ["campaign.image.completed", "campaign.part.retrying", "campaign.text.completed"], messages[2..^1].Select(message => message.Type).Order());
        Assert.Equal(messages.Select(message => message.Number).Order().Distinct(), messages.Select(message => message.Number));
        Assert.All(messages, message =>
        {
            Assert.Equal(1, (int)message.Data["schemaVersion"]!);
            Assert.Equal(message.Number, (long)message.Data["id"]!);
            Assert.Equal(message.Type, (string)message.Data["type"]!);
            Assert.Equal(id, (string)message.Data["campaignId"]!);
            Assert.NotNull(message.Data["status"]);
        });
        var retrying = messages.Single(message => message.Type == "campaign.part.retrying");
        Assert.Equal(("image/0", "rate_limited"), ((string)retrying.Data["part"]!, (string)retrying.Data["code"]!));
    }

    [Fact]
    public async Task Stream_ResumedAfterAnEvent_ContinuesWithTheNext()
    {
        var id = await StartAsync("A forest");
        await using var first = await EventStreamClient.OpenAsync(_api.Http, $"/api/campaigns/{id}/events", _user);
        var all = await first.UntilAsync("campaign.completed");

        await using var byHeader = await EventStreamClient.OpenAsync(_api.Http, "/api/events", _user, all[1].Number);
        await using var byParameter = await EventStreamClient.OpenAsync(_api.Http, $"/api/campaigns/{id}/events?after={all[1].Number}", _user);

        Assert.Equal(all[2..].Select(message => message.Id), (await byHeader.UntilAsync("campaign.completed")).Select(message => message.Id));
        Assert.Equal(all[2..].Select(message => message.Id), (await byParameter.UntilAsync("campaign.completed")).Select(message => message.Id));
    }

    [Fact]
    public async Task Stream_OfAnotherCallersCampaign_Is404()
    {
        var id = await StartAsync("Mine");

        using var foreign = await _api.Http.GetAsync($"/api/campaigns/{id}/events");
        using var malformed = await SendAsync(HttpMethod.Get, "/api/events?after=soon");
        using var future = await SendAsync(HttpMethod.Get, "/api/events?after=9007199254740991");

        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, malformed.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, future.StatusCode);
    }

    [Fact]
    public async Task Stream_ResumedAfterAFutureEvent_Is400NamingTheHeader()
    {
        using var response = await _api.Http.GetAsync("/api/events", ("Last-Event-ID", "9007199254740991"));

        var problem = await response.AssertProblemAsync(400, "validation_failed");
        Assert.Equal(["Last-Event-ID"], problem["errors"]!.AsObject().Select(error => error.Key));
    }

    [Fact]
    public async Task Inbox_UntilAcknowledged_KeepsEvents()
    {
        var id = await StartAsync("While you were away");
        await _api.EndOfAsync(id, user: _user);
        await Eventually.TrueAsync(async () => ((string?)(await InboxAsync())["items"]!.AsArray().LastOrDefault()?["type"]) == "campaign.completed");

        var firstPage = await InboxAsync("?limit=2");
        var nextAfter = (long)firstPage["nextAfter"]!;
        var secondPage = await InboxAsync($"?after={nextAfter}");
        Assert.Equal(["campaign.accepted", "campaign.started"], firstPage["items"]!.AsArray().Select(item => (string)item!["type"]!));
        Assert.Equal(3, secondPage["items"]!.AsArray().Count);
        Assert.Null(secondPage["nextAfter"]);

        Assert.Equal(HttpStatusCode.NoContent, await AcknowledgeAsync($$"""{"upTo":{{nextAfter}}}"""));
        Assert.Equal(HttpStatusCode.NoContent, await AcknowledgeAsync($$"""{"upTo":{{nextAfter - 1}}}"""));
        Assert.Equal(3, (await InboxAsync())["items"]!.AsArray().Count);
        var last = (long)secondPage["items"]!.AsArray()[^1]!["id"]!;
        Assert.Equal(HttpStatusCode.NoContent, await AcknowledgeAsync($$"""{"upTo":{{last}}}"""));
        Assert.Empty((await InboxAsync())["items"]!.AsArray());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"upTo":-1}""")]
    [InlineData("""{"upTo":"7"}""")]
    [InlineData("""{"upTo":1,"more":1}""")]
    [InlineData("""{"upTo":9007199254740991}""")]
    public async Task Acknowledge_InvalidOrFutureEvent_Is400(string body) =>
        Assert.Equal(HttpStatusCode.BadRequest, await AcknowledgeAsync(body));

    [Fact]
    public async Task Streams_AThousandInOneProcess_GetAnEventOverOneListeningConnection()
    {
        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = int.MaxValue };
        using var http = new HttpClient(handler) { BaseAddress = _api.Http.BaseAddress, Timeout = TimeSpan.FromMinutes(3) };
        await Task.WhenAll(Enumerable.Range(0, 10).Select(user => StartAsync("Warm up", $"{_user}-{user}")));
        var streams = new EventStreamClient[ManyStreams];
        try
        {
            await Parallel.ForEachAsync(
                Enumerable.Range(0, ManyStreams),
                new ParallelOptions { MaxDegreeOfParallelism = 50 },
                async (index, _) => streams[index] = await EventStreamClient.OpenAsync(http, "/api/events", $"{_user}-{index % 10}"));

            var ids = await Task.WhenAll(Enumerable.Range(0, 10).Select(user => StartAsync("For all of them", $"{_user}-{user}")));

            var received = await Task.WhenAll(streams.Select(stream => ReceivesAsync(stream, ids)));
            Assert.All(received, Assert.True);
            Assert.Equal(1, await CountConnectionsAsync("query LIKE 'LISTEN%'"));
            // The pool's thirty connections are for requests: the test shows that none of a thousand streams holds one.
            Assert.InRange(await CountConnectionsAsync("true"), 1, 40);
        }
        finally
        {
            foreach (var stream in streams)
            {
                if (stream is not null) await stream.DisposeAsync();
            }
        }
    }

    private static async Task<bool> ReceivesAsync(EventStreamClient stream, string[] ids)
    {
        while (await stream.NextAsync() is { } message)
        {
            if (message.Type == "campaign.completed" && ids.Contains((string)message.Data["campaignId"]!)) return true;
        }

        return false;
    }

    private async Task<string> StartAsync(string prompt, string? user = null)
    {
        using var response = await _api.PostAsync(new JsonObject { ["prompt"] = prompt }, user: user ?? _user);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        return (string)(await CampaignApi.ReadAsync(response))["id"]!;
    }

    private async Task<JsonObject> InboxAsync(string query = "")
    {
        using var response = await SendAsync(HttpMethod.Get, $"/api/notifications{query}");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await CampaignApi.ReadAsync(response);
    }

    private async Task<HttpStatusCode> AcknowledgeAsync(string body)
    {
        using var response = await SendAsync(HttpMethod.Post, "/api/notifications/ack", body);
        return response.StatusCode;
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? body = null)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Add("X-User", _user);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return _api.Http.SendAsync(request);
    }

    private async Task<long> CountConnectionsAsync(string condition)
    {
        await using var source = NpgsqlDataSource.Create($"{atelier.Database};Pooling=false");
        await using var command = source.CreateCommand(
            $"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND {condition}");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
