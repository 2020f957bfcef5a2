using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using AiSimulator;
using Atelier.Access.ApiKeys;
using Atelier.Campaigns.Control;
using Atelier.Images;
using Atelier.Operations.Retention;
using Atelier.Persistence;
using FunctionApp.Tests.Campaigns.Workflow;
using FunctionApp.Tests.EndToEnd;
using FunctionApp.Tests.Hosting;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;

namespace FunctionApp.Tests.Persistence;

/// <summary>Sends every kind of request to a host on a database of <see cref="MillionCampaigns"/>, with all limits and access by keys.</summary>
internal sealed class EveryRequest(TestDatabase database) : IAsyncDisposable
{
    /// <summary>What must be among the statements after all requests.</summary>
    public static readonly IReadOnlyList<string> Statements =
    [
        "INSERT INTO caller_rates", "INSERT INTO caller_days", "FROM api_keys", "UPDATE api_keys", "INSERT INTO acknowledgements",
        "FROM acknowledgements", "FOR UPDATE", "DELETE FROM campaigns", "DELETE FROM webhooks", "DELETE FROM dead_letters",
        "DELETE FROM webhook_deliveries", "UPDATE webhook_deliveries", "UPDATE webhooks SET secret", "INSERT INTO campaign_shares", "INSERT INTO share_reports", "DELETE FROM share_reports", "INSERT INTO webhook_deliveries", "WHERE user_id = $2 AND id > $1",
        "WHERE campaign_id = $2 AND id > $1", "campaign_event_horizon() FROM campaign_events WHERE id > $1", "WHERE due_at < now()",
        "WHERE completed_at < $1", "INSERT INTO campaign_words", "DELETE FROM campaign_words", "WHERE kept.owner", "FROM unnest(lowest, highest)", "status = 'RUNNING'",
    ];

    private readonly AtelierFixture _atelier = new()
    {
        PlainPictures = true,
        MoreSettings = new Dictionary<string, string>
        {
            ["ConnectionStrings__Postgres"] = database.ConnectionString,
            ["Access__Mode"] = "ApiKey",
            ["Access__RequestsPerMinute"] = "10000",
            ["Access__MaxRunning"] = "50",
            ["Access__MaxPerDay"] = "1000",
            // Retention runs only when the test starts it.
            ["Retention__CampaignDays"] = "36500",
            ["Retention__HistoryDays"] = "36500",
            ["Providers__Callback__Endpoint"] = "{simulator}/callback",
            ["Providers__Callback__Secret"] = new SimulatorOptions().CallbackSecret,
            ["PublicUrl"] = "http://127.0.0.1:1",
        },
    };

    private string _user = "";
    private string _operator = "";

    public async Task RunAsync(LocalServicesFixture services)
    {
        await using (var db = database.NewContext())
        {
            var keys = new ApiKeyStore(db, TimeProvider.System);
            _user = (await keys.CreateAsync("user-0", isOperator: false, CancellationToken.None)).ToString();
            _operator = (await keys.CreateAsync("user-1", isOperator: true, CancellationToken.None)).ToString();
        }
        await _atelier.StartAsync(services);

        await ReadCampaignsAsync();
        await ChangeCampaignsAsync();
        await NotificationsAsync();
        await DeadLettersAsync();
        await SharesAsync();
        await SendAsync(HttpMethod.Get, "/api/me", HttpStatusCode.OK);
        await SendAsync(HttpMethod.Get, "/api/metrics", HttpStatusCode.OK, key: _operator);
        await SendAsync(HttpMethod.Get, "/api/health/ready", HttpStatusCode.OK);
    }

    /// <summary>Deletes what ended in the first minutes of <see cref="MillionCampaigns"/>, and the deliveries of that time.</summary>
    public static async Task ApplyRetentionAsync(TestDatabase database)
    {
        var client = new Mock<DurableTaskClient>("test");
        client.Setup(each => each.PurgeInstanceAsync(It.IsAny<string>(), It.IsAny<CancellationToken>())).ReturnsAsync(new PurgeResult(1));
        client.Setup(each => each.GetAllInstancesAsync(It.IsAny<OrchestrationQuery?>()))
            .Returns(Microsoft.DurableTask.Pageable.Create((_, _) => Task.FromResult(new Microsoft.DurableTask.Page<OrchestrationMetadata>([]))));
        await using var db = database.NewContext();
        var eraser = new CampaignEraser(database.DataSource, Mock.Of<IImageStore>(), NullLogger<CampaignEraser>.Instance);
        var updater = new CampaignUpdater(db, new GroupCommit(database.DataSource), TestRunner.NewOutages());
        var lostImages = new LostImages(db, updater, Mock.Of<IImageStore>(), NullLogger<LostImages>.Instance);
        var age = TimeProvider.System.GetUtcNow() - new DateTimeOffset(2026, 1, 1, 0, 5, 0, TimeSpan.Zero);
        await new ApplyRetention(db, eraser, lostImages, new RetentionOptions(age, age), TimeProvider.System, NullLogger<ApplyRetention>.Instance)
            .RunAsync(new TimerInfo(), client.Object, CancellationToken.None);
    }

    public ValueTask DisposeAsync() => _atelier.DisposeAsync();

    private static string Id(int n) => $"01980000-0000-7000-8000-{n:x12}";

    private async Task ReadCampaignsAsync()
    {
        var page = await SendAsync(HttpMethod.Get, "/api/campaigns?limit=100", HttpStatusCode.OK);
        // Words of all campaigns of the caller, of one in 25, of one in 10,000 and of none; of others' campaigns many; with a status
        // that one in three has, and one that none has.
        foreach (var search in (string[])
        [
            "q=campaign", "q=word16", "q=word16%20campaign", "q=word9000", "q=unheard", "q=word17", "q=word16&status=COMPLETE", "q=campaign&status=PENDING",
            "favorite=true", "tag=spring%20sale", "tag=spring%20sale&q=camp&favorite=true&status=COMPLETE", "from=2026-01-20&until=2026-01-21&favorite=false",
        ])
        {
            await SendAsync(HttpMethod.Get, $"/api/campaigns?{search}&limit=20", HttpStatusCode.OK);
            await SendAsync(HttpMethod.Get, $"/api/campaigns?{search}&limit=20&cursor={page["nextCursor"]}", HttpStatusCode.OK);
        }
        await SendAsync(HttpMethod.Get, $"/api/campaigns/{Id(4)}?wait=1", HttpStatusCode.OK);
        await SendAsync(HttpMethod.Get, $"/api/campaigns/{Id(4)}/images/0", HttpStatusCode.NotFound);
        await SendAsync(HttpMethod.Get, $"/api/campaigns/{Id(4)}/archive", HttpStatusCode.Conflict);
    }

    private async Task ChangeCampaignsAsync()
    {
        var wanted = new JsonObject { ["prompt"] = "Planned", ["images"] = new JsonObject { ["count"] = 1 } };
        var made = (string)(await SendAsync(HttpMethod.Post, "/api/campaigns", HttpStatusCode.Accepted, wanted, idempotencyKey: "plans"))["id"]!;
        await SendAsync(HttpMethod.Post, "/api/campaigns", HttpStatusCode.Accepted, wanted, idempotencyKey: "plans");
        await EndOfAsync(made);
        await SendAsync(HttpMethod.Post, $"/api/campaigns/{made}/cancel", HttpStatusCode.Conflict);
        await SendAsync(HttpMethod.Delete, $"/api/campaigns/{made}", HttpStatusCode.NoContent);

        wanted["providers"] = new JsonObject { ["image"] = "callback" };
        wanted["prompt"] = "Stopped [[fault: image/0 job-stuck]]";
        var stopped = (string)(await SendAsync(HttpMethod.Post, "/api/campaigns", HttpStatusCode.Accepted, wanted))["id"]!;
        await ReportAsync($"/api/callbacks/callback/{stopped}/image/0", """{"id":"x","status":"running"}""");
        await SendAsync(HttpMethod.Post, $"/api/campaigns/{stopped}/cancel", HttpStatusCode.Accepted);

        var edit = new JsonObject { ["name"] = "Draft", ["favorite"] = true, ["tags"] = new JsonArray("new") };
        await SendAsync(HttpMethod.Patch, $"/api/campaigns/{Id(4)}", HttpStatusCode.OK, edit);
        await SendAsync(HttpMethod.Post, "/api/campaigns/retry", HttpStatusCode.OK, new JsonObject { ["ids"] = new JsonArray(Id(88), Id(4)) });
        await EndOfAsync(Id(88));
        await SendAsync(HttpMethod.Post, "/api/campaigns/delete", HttpStatusCode.OK, new JsonObject { ["ids"] = new JsonArray(Id(88), Id(24)) });

        await SendAsync(HttpMethod.Post, $"/api/campaigns/{Id(8)}/retry", HttpStatusCode.Accepted);
        await EndOfAsync(Id(8));
        await SendAsync(HttpMethod.Delete, $"/api/campaigns/{Id(20)}", HttpStatusCode.NoContent);
    }

    private async Task NotificationsAsync()
    {
        var webhook = new JsonObject { ["url"] = "http://127.0.0.1:1/hook" };
        var made = await SendAsync(HttpMethod.Post, "/api/webhooks", HttpStatusCode.Created, webhook);
        await SendAsync(HttpMethod.Get, "/api/webhooks", HttpStatusCode.OK);
        // The delivery fails: it is sent, recorded, retried and becomes a dead letter.
        await SendAsync(HttpMethod.Post, $"/api/campaigns/{Id(28)}/retry", HttpStatusCode.Accepted);
        await Eventually.TrueAsync(async () => await database.ScalarAsync<long>(
            $"SELECT count(*) FROM dead_letters WHERE kind = 'WEBHOOK' AND campaign_id = '{Id(28)}' AND error_code = 'unreachable'") > 0);
        await SendAsync(HttpMethod.Post, $"/api/webhooks/{made["id"]}/test", HttpStatusCode.OK);
        await SendAsync(HttpMethod.Post, $"/api/webhooks/{made["id"]}/secret", HttpStatusCode.OK);
        await SendAsync(HttpMethod.Get, $"/api/webhooks/{made["id"]}/deliveries", HttpStatusCode.OK);
        await SendAsync(HttpMethod.Delete, $"/api/webhooks/{made["id"]}", HttpStatusCode.NoContent);

        var inbox = await SendAsync(HttpMethod.Get, "/api/notifications?after=500000", HttpStatusCode.OK);
        await SendAsync(
            HttpMethod.Post, "/api/notifications/ack", HttpStatusCode.NoContent, new JsonObject { ["upTo"] = (long)inbox["items"]![0]!["id"]! });
        await ReadStreamAsync("/api/events", lastEventId: 500_000);
        await ReadStreamAsync($"/api/campaigns/{Id(8)}/events", lastEventId: 0);
    }

    private async Task SharesAsync()
    {
        var shares = $"/api/campaigns/{Id(4)}/shares";
        var made = await SendAsync(HttpMethod.Post, shares, HttpStatusCode.Created, new JsonObject { ["expiresInDays"] = 1 });
        await SendAsync(HttpMethod.Get, shares, HttpStatusCode.OK);
        var shared = $"/api/shared/{((string)made["url"]!).Split('/')[^1]}";
        await SendAsync(HttpMethod.Get, shared, HttpStatusCode.OK);
        await SendAsync(HttpMethod.Get, $"{shared}/images/9", HttpStatusCode.NotFound);
        for (var n = 0; n < 2; n++)
            await SendAsync(HttpMethod.Post, $"{shared}/report", HttpStatusCode.Accepted, new JsonObject { ["reason"] = "Mine" });
        var page = await SendAsync(HttpMethod.Get, "/api/reports?limit=1", HttpStatusCode.OK, key: _operator);
        await SendAsync(HttpMethod.Get, $"/api/reports?cursor={page["nextCursor"]}", HttpStatusCode.OK, key: _operator);
        await SendAsync(HttpMethod.Delete, $"/api/reports/{page["items"]![0]!["id"]}", HttpStatusCode.NoContent, key: _operator);
        await SendAsync(HttpMethod.Delete, $"/api/shares/{made["id"]}", HttpStatusCode.NoContent, key: _operator);
        await SendAsync(HttpMethod.Delete, $"/api/shares/{made["id"]}", HttpStatusCode.NotFound);
    }

    private async Task DeadLettersAsync()
    {
        var page = await SendAsync(HttpMethod.Get, "/api/dead-letters", HttpStatusCode.OK, key: _operator);
        foreach (var filter in (string[])
        [
            "kind=webhook", "errorCode=timeout", "kind=campaign&errorCode=http_500", "kind=webhook&errorCode=rate_limited", "errorCode=nothing",
            "from=2026-01-02T00:00:00Z&until=2026-01-03T00:00:00Z", $"kind=campaign&errorCode=timeout&cursor={page["nextCursor"]}",
        ])
        {
            await SendAsync(HttpMethod.Get, $"/api/dead-letters?{filter}", HttpStatusCode.OK, key: _operator);
        }

        var filtered = new JsonObject
        {
            ["filter"] = new JsonObject { ["kind"] = "webhook", ["from"] = "2026-01-02T00:00:00Z", ["until"] = "2026-01-02T00:10:00Z" },
        };
        await SendAsync(HttpMethod.Post, "/api/dead-letters/replay", HttpStatusCode.Accepted, filtered, _operator);
        var ids = new JsonObject { ["ids"] = new JsonArray(Id(48), Id(58)) };
        await SendAsync(HttpMethod.Post, "/api/dead-letters/replay", HttpStatusCode.Accepted, ids, _operator);
        await SendAsync(HttpMethod.Delete, "/api/dead-letters", HttpStatusCode.NoContent, new JsonObject { ["ids"] = new JsonArray(Id(68)) }, _operator);
        filtered["filter"] = new JsonObject { ["errorCode"] = "http_500", ["until"] = "2026-01-20T00:00:00Z" };
        await SendAsync(HttpMethod.Delete, "/api/dead-letters", HttpStatusCode.NoContent, filtered, _operator);
    }

    private async Task EndOfAsync(string id) => await Eventually.TrueAsync(async () =>
        (await SendAsync(HttpMethod.Get, $"/api/campaigns/{id}?wait=5", HttpStatusCode.OK))["completedAt"] is not null);

    private async Task ReadStreamAsync(string path, long lastEventId)
    {
        using var request = Request(HttpMethod.Get, path, body: null, _user);
        request.Headers.TryAddWithoutValidation("Last-Event-ID", $"{lastEventId}");
        using var response = await _atelier.Api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        while (await reader.ReadLineAsync() is { } line && !line.StartsWith("data:", StringComparison.Ordinal))
        {
        }
    }

    private async Task ReportAsync(string path, string body)
    {
        using var request = Request(HttpMethod.Post, path, body: null, _user);
        var time = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Add("X-Timestamp", time);
        request.Headers.Add("X-Signature", Convert.ToHexStringLower(HMACSHA256.HashData(
            Encoding.UTF8.GetBytes(new SimulatorOptions().CallbackSecret), Encoding.UTF8.GetBytes($"{time}.{body}"))));
        using var response = await _atelier.Api.Http.SendAsync(request);
        // Whether the job has been ordered yet or not, its row was looked up.
        Assert.True(response.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.Conflict, $"{response.StatusCode}");
    }

    private async Task<JsonNode> SendAsync(
        HttpMethod method, string path, HttpStatusCode expected, JsonNode? body = null, string? key = null, string? idempotencyKey = null)
    {
        using var request = Request(method, path, body, key ?? _user);
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        using var response = await _atelier.Api.Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == expected, $"{method} {path}: {response.StatusCode} {text}");
        return response.Content.Headers.ContentType?.MediaType == "application/json" ? JsonNode.Parse(text)! : new JsonObject();
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, JsonNode? body, string key) => new(method, path)
    {
        Headers = { Authorization = new("Bearer", key) },
        Content = body is null ? null : JsonContent.Create(body),
    };
}
