using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Atelier.Notifications.Webhooks;
using FunctionApp.Tests.Hosting;
using FunctionApp.Tests.Notifications.Webhooks;
using Microsoft.AspNetCore.Http;

namespace FunctionApp.Tests.EndToEnd;

/// <summary>Webhooks and dead letters over HTTP on the real host process.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class WebhookTests(LocalServicesFixture services, AtelierFixture atelier) : IClassFixture<AtelierFixture>, IAsyncLifetime
{
    private const string Operator = "operator";

    private readonly string _user = $"user-{Guid.NewGuid():N}";
    private CampaignApi _api = null!;
    private HookReceiver _receiver = null!;

    public async Task InitializeAsync()
    {
        _api = await atelier.StartAsync(services);
        _receiver = await HookReceiver.StartAsync();
    }

    public async Task DisposeAsync() => await _receiver.DisposeAsync();

    [Fact]
    public async Task Webhook_OfItsTypes_GetsSignedMessagesOnce()
    {
        var secret = (string)(await CreateAsync("campaign.accepted", "campaign.completed"))["secret"]!;
        var id = await StartAsync("A beach");

        await Eventually.TrueAsync(() => Task.FromResult(_receiver.Received.Count == 2));

        var bodies = _receiver.Received.Select(message => JsonNode.Parse(message.Body)!).ToList();
        Assert.Equal(["campaign.accepted", "campaign.completed"], bodies.Select(body => (string)body["type"]!).Order());
        Assert.All(bodies, body => Assert.Equal((id, 1), ((string)body["campaignId"]!, (int)body["schemaVersion"]!)));
        Assert.All(_receiver.Received, message =>
        {
            var at = DateTimeOffset.FromUnixTimeSeconds(long.Parse(message.Headers["webhook-timestamp"]));
            var key = Convert.FromBase64String(secret["whsec_".Length..]);
            Assert.Equal(WebhookSignature.Sign(key, message.Headers["webhook-id"], at, message.Body), message.Headers["webhook-signature"]);
        });
        using var listed = await SendAsync(HttpMethod.Get, "/api/webhooks", _user);
        var list = await listed.Content.ReadAsStringAsync();
        Assert.Contains(_receiver.Address.ToString(), list, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, list, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Webhook_Fails_IsRetriedUnderTheSameId_BecomesADeadLetter_AndCanBeReplayed()
    {
        _receiver.Respond = http =>
        {
            http.Response.StatusCode = 503;
            return http.Response.WriteAsync("Not today.");
        };
        await CreateAsync("campaign.completed");
        var id = await StartAsync("A forest");

        JsonObject? letter = null;
        await Eventually.TrueAsync(async () => (letter = await LetterOfAsync(id, "?kind=webhook&errorCode=http_503")) is not null);

        Assert.Equal(AtelierFixture.MaxAttempts, _receiver.Received.Count);
        Assert.Single(_receiver.Received.Select(message => message.Headers["webhook-id"]).Distinct());
        Assert.Equal(AtelierFixture.MaxAttempts, (int)letter!["delivery"]!["attempts"]!);
        Assert.Equal("Not today.", (string)letter["delivery"]!["responseBody"]!);

        _receiver.Respond = _ => Task.CompletedTask;
        using var replayed = await SendAsync(HttpMethod.Post, "/api/dead-letters/replay", Operator, $$"""{"ids":["{{letter["id"]}}"]}""");
        Assert.Equal(HttpStatusCode.Accepted, replayed.StatusCode);
        Assert.Equal(1, (int)(await CampaignApi.ReadAsync(replayed))["count"]!);
        await Eventually.TrueAsync(() => Task.FromResult(_receiver.Received.Count == AtelierFixture.MaxAttempts + 1));
        Assert.Null(await LetterOfAsync(id, "?kind=webhook"));
    }

    [Fact]
    public async Task Receivers_Hang_CampaignsOfOthersTakeAsLongAsBefore()
    {
        using var hanging = new TcpListener(IPAddress.Loopback, 0);
        hanging.Start(backlog: 1000);
        await MeasureAsync();
        var quiet = await MeasureAsync();
        for (var webhook = 0; webhook < 20; webhook++) await CreateAsync(new Uri($"http://{hanging.LocalEndpoint}/"));
        for (var campaign = 0; campaign < 10; campaign++) await _api.EndOfAsync(await StartAsync("A city that hangs"), user: _user);

        // A second more, because the machine may be busy with something else.
        Assert.InRange(await MeasureAsync(), TimeSpan.Zero, (2 * quiet) + TimeSpan.FromSeconds(1));

        async Task<TimeSpan> MeasureAsync()
        {
            var times = new List<TimeSpan>();
            for (var campaign = 0; campaign < 5; campaign++)
            {
                var start = Stopwatch.GetTimestamp();
                await _api.EndOfAsync(await _api.StartAsync("A quiet beach"));
                times.Add(Stopwatch.GetElapsedTime(start));
            }
            return times.Order().ElementAt(times.Count / 2);
        }
    }

    [Fact]
    public async Task Create_ManyAtOnce_StopAt20()
    {
        var responses = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => SendAsync(
            HttpMethod.Post, "/api/webhooks", _user, $$"""{"url":"{{_receiver.Address}}"}""")));

        Assert.Equal(20, responses.Count(response => response.StatusCode == HttpStatusCode.Created));
        Assert.All(
            responses.Where(response => response.StatusCode != HttpStatusCode.Created),
            response => Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode));
        Assert.Contains("too_many_webhooks", await responses.First(response => response.StatusCode == HttpStatusCode.BadRequest).Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_AfterADelivery_ShowNothingOfItsReceiver()
    {
        _receiver.Respond = http =>
        {
            http.Response.StatusCode = 299;
            return Task.CompletedTask;
        };
        await CreateAsync(new Uri($"http://localhost:{_receiver.Address.Port}/"));
        await StartAsync("A lake");
        await Eventually.TrueAsync(() => Task.FromResult(!_receiver.Received.IsEmpty));

        var metrics = await _api.Http.GetStringAsync("/api/metrics");

        Assert.Contains("\ndns_lookup_duration_seconds_count ", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("localhost", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain($"\"{_receiver.Address.Port}\"", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("\"299\"", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DeletedWebhook_GetsNothingMore()
    {
        var webhook = await CreateAsync();
        using var foreign = await SendAsync(HttpMethod.Delete, $"/api/webhooks/{webhook["id"]}", "somebody-else");
        using var deleted = await SendAsync(HttpMethod.Delete, $"/api/webhooks/{webhook["id"]}", _user);
        using var again = await SendAsync(HttpMethod.Delete, $"/api/webhooks/{webhook["id"]}", _user);

        await using var witness = await HookReceiver.StartAsync();
        await CreateAsync(witness.Address, "campaign.completed");
        await StartAsync("A city");
        await Eventually.TrueAsync(() => Task.FromResult(!witness.Received.IsEmpty));

        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
        Assert.Empty(_receiver.Received);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"url":"nonsense"}""")]
    [InlineData("""{"url":"https://user@example.com/"}""")]
    [InlineData("""{"url":"http://127.0.0.1/","events":["campaign.invented"]}""")]
    [InlineData("""{"url":"http://127.0.0.1/","events":"campaign.completed"}""")]
    [InlineData("""{"url":"http://127.0.0.1/","secret":"mine"}""")]
    public async Task Create_BadBody_Is400(string body)
    {
        using var response = await SendAsync(HttpMethod.Post, "/api/webhooks", _user, body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.NotNull((await CampaignApi.ReadAsync(response))["errors"]);
    }

    [Fact]
    public async Task DeadLetters_OfCampaigns_AreFilteredReplayedAndDropped()
    {
        var before = DateTimeOffset.UnixEpoch;
        string[] ids =
        [
            await FailAsync($"[[fault: image/0 500 x{AtelierFixture.MaxAttempts}]]"),
            await FailAsync($"[[fault: image/0 500 x{AtelierFixture.MaxAttempts}]]"),
            await FailAsync("[[fault: image/0 moderation x*]]"),
        ];

        Assert.Null(await LetterOfAsync(ids[2], "?kind=campaign&errorCode=server_error"));
        Assert.NotNull(await LetterOfAsync(ids[0], $"?kind=campaign&errorCode=server_error&from={before:O}".Replace("+", "%2B", StringComparison.Ordinal)));
        Assert.Null(await LetterOfAsync(ids[0], "?until=2020-01-01T00:00:00Z"));
        var firstPage = await LettersAsync("?kind=campaign&limit=1");
        var secondPage = await LettersAsync($"?kind=campaign&limit=1&cursor={firstPage["nextCursor"]}");
        Assert.Equal(ids[2], (string)firstPage["items"]![0]!["id"]!);
        Assert.Equal(ids[1], (string)secondPage["items"]![0]!["id"]!);

        using var replayed = await SendAsync(
            HttpMethod.Post, "/api/dead-letters/replay", Operator, """{"filter":{"kind":"campaign","errorCode":"server_error"}}""");
        Assert.Equal(2, (int)(await CampaignApi.ReadAsync(replayed))["count"]!);
        Assert.Equal("COMPLETE", (string)(await _api.EndOfAsync(ids[0], user: _user))["status"]!);
        Assert.Equal("COMPLETE", (string)(await _api.EndOfAsync(ids[1], user: _user))["status"]!);

        using var dropped = await SendAsync(HttpMethod.Delete, "/api/dead-letters", Operator, $$"""{"ids":["{{ids[2]}}"]}""");
        Assert.Equal(HttpStatusCode.NoContent, dropped.StatusCode);
        Assert.Empty((await LettersAsync("?kind=campaign"))["items"]!.AsArray());
        Assert.Equal("FAILED", (string)(await _api.EndOfAsync(ids[2], user: _user))["status"]!);
    }

    [Fact]
    public async Task DeadLetters_CallerIsNoOperator_Is403()
    {
        using var listed = await SendAsync(HttpMethod.Get, "/api/dead-letters", _user);
        using var dropped = await SendAsync(HttpMethod.Delete, "/api/dead-letters", _user, """{"filter":{}}""");

        Assert.Equal(HttpStatusCode.Forbidden, listed.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, dropped.StatusCode);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"ids":["nonsense"]}""")]
    [InlineData("""{"ids":[],"filter":{}}""")]
    [InlineData("""{"filter":{"kind":"letter"}}""")]
    [InlineData("""{"filter":{"from":"yesterday"}}""")]
    [InlineData("""{"filter":{"from":"12:00"}}""")]
    [InlineData("""{"filter":{"until":"01/02/2026"}}""")]
    public async Task Replay_BadBody_Is400(string body)
    {
        using var response = await SendAsync(HttpMethod.Post, "/api/dead-letters/replay", Operator, body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Test_ReportsTheOutcomeOfASignedMessage()
    {
        var webhook = await CreateAsync("campaign.completed");
        var path = $"/api/webhooks/{webhook["id"]}/test";

        using var delivered = await SendAsync(HttpMethod.Post, path, _user);
        _receiver.Respond = http =>
        {
            http.Response.StatusCode = 503;
            return Task.CompletedTask;
        };
        using var refused = await SendAsync(HttpMethod.Post, path, _user);
        using var foreign = await SendAsync(HttpMethod.Post, path, "somebody-else");

        var outcome = await CampaignApi.ReadAsync(delivered);
        Assert.Equal((true, 200, null), ((bool)outcome["delivered"]!, (int)outcome["status"]!, outcome["error"]));
        var failure = await CampaignApi.ReadAsync(refused);
        Assert.Equal((false, 503, "http_503"), ((bool)failure["delivered"]!, (int)failure["status"]!, (string)failure["error"]!["code"]!));
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        Assert.Equal(2, _receiver.Received.Count);
        Assert.All(_receiver.Received, message =>
        {
            Assert.Equal("webhook.test", (string)JsonNode.Parse(message.Body)!["type"]!);
            Assert.Equal(SignatureOf(message, webhook), message.Headers["webhook-signature"]);
        });
        Assert.Empty(await DeliveriesAsync(webhook));
    }

    [Fact]
    public async Task Secret_Replaced_BothSignForADay()
    {
        var webhook = await CreateAsync("campaign.completed");

        using var replaced = await SendAsync(HttpMethod.Post, $"/api/webhooks/{webhook["id"]}/secret", _user);
        var replacement = await CampaignApi.ReadAsync(replaced);
        await StartAsync("A tower");
        await Eventually.TrueAsync(() => Task.FromResult(_receiver.Received.Count == 1));
        await using (var database = Npgsql.NpgsqlDataSource.Create(atelier.ConnectionString))
        await using (var aDayLater = database.CreateCommand("UPDATE webhooks SET previous_secret_until = now() - interval '1 second' WHERE previous_secret_until IS NOT NULL"))
            await aDayLater.ExecuteNonQueryAsync();
        using var test = await SendAsync(HttpMethod.Post, $"/api/webhooks/{webhook["id"]}/test", _user);

        Assert.NotEqual((string)webhook["secret"]!, (string)replacement["secret"]!);
        Assert.InRange(DateTimeOffset.Parse((string)replacement["previousUntil"]!) - TimeProvider.System.GetUtcNow(), TimeSpan.FromHours(23), TimeSpan.FromHours(25));
        var messages = _receiver.Received.ToArray();
        Assert.Equal($"{SignatureOf(messages[0], replacement)} {SignatureOf(messages[0], webhook)}", messages[0].Headers["webhook-signature"]);
        Assert.Equal(SignatureOf(messages[1], replacement), messages[1].Headers["webhook-signature"]);
    }

    [Fact]
    public async Task Deliveries_ShowWhatTheReceiverResponded()
    {
        var webhook = await CreateAsync("campaign.accepted", "campaign.completed");
        _receiver.Respond = http =>
        {
            http.Response.StatusCode = _receiver.Received.Count == 1 ? 503 : 200;
            return Task.CompletedTask;
        };
        var id = await StartAsync("A bridge");

        JsonNode[] deliveries = [];
        await Eventually.TrueAsync(async () =>
            (deliveries = await DeliveriesAsync(webhook)).Length == 2 && Array.TrueForAll(deliveries, each => (string)each["state"]! == "DELIVERED"));

        Assert.Equal(["campaign.completed", "campaign.accepted"], deliveries.Select(each => (string)each["type"]!));
        Assert.Equal([1, 2], deliveries.Select(each => (int)each["attempts"]!).Order());
        Assert.All(deliveries, each =>
        {
            Assert.Equal((id, 200, null, null), ((string)each["campaignId"]!, (int)each["status"]!, each["error"], each["nextAttemptAt"]));
            Assert.InRange((int)each["durationMs"]!, 0, 10_000);
            Assert.NotNull(each["completedAt"]);
        });
    }

    private static string SignatureOf(ReceivedMessage message, JsonObject secret) => WebhookSignature.Sign(
        Convert.FromBase64String(((string)secret["secret"]!)["whsec_".Length..]),
        message.Headers["webhook-id"],
        DateTimeOffset.FromUnixTimeSeconds(long.Parse(message.Headers["webhook-timestamp"])),
        message.Body);

    private async Task<JsonNode[]> DeliveriesAsync(JsonObject webhook)
    {
        using var response = await SendAsync(HttpMethod.Get, $"/api/webhooks/{webhook["id"]}/deliveries", _user);
        return [.. (await CampaignApi.ReadAsync(response))["items"]!.AsArray().Select(each => each!)];
    }

    private async Task<string> FailAsync(string fault)
    {
        var id = await StartAsync($"A mountain {fault}");
        Assert.Equal("FAILED", (string)(await _api.EndOfAsync(id, user: _user))["status"]!);
        return id;
    }

    private async Task<JsonObject?> LetterOfAsync(string campaign, string query) =>
        (await LettersAsync(query))["items"]!.AsArray().FirstOrDefault(item => (string)item!["campaignId"]! == campaign)?.AsObject();

    private async Task<JsonObject> LettersAsync(string query)
    {
        using var response = await SendAsync(HttpMethod.Get, $"/api/dead-letters{query}", Operator);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await CampaignApi.ReadAsync(response);
    }

    private Task<JsonObject> CreateAsync(params string[] events) => CreateAsync(_receiver.Address, events);

    private async Task<JsonObject> CreateAsync(Uri url, params string[] events)
    {
        var body = new JsonObject { ["url"] = url.ToString(), ["events"] = new JsonArray([.. events.Select(type => JsonValue.Create(type))]) };
        using var response = await SendAsync(HttpMethod.Post, "/api/webhooks", _user, body.ToJsonString());
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return await CampaignApi.ReadAsync(response);
    }

    private async Task<string> StartAsync(string prompt)
    {
        using var response = await _api.PostAsync(new JsonObject { ["prompt"] = prompt }, user: _user);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        return (string)(await CampaignApi.ReadAsync(response))["id"]!;
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string user, string? body = null)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Add("X-User", user);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return _api.Http.SendAsync(request);
    }
}
