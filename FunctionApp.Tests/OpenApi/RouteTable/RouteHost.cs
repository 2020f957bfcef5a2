using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Atelier.Access.ApiKeys;
using Atelier.Persistence;
using Azure.Storage.Blobs;
using FunctionApp.Tests.Access;
using FunctionApp.Tests.EndToEnd;
using FunctionApp.Tests.Hosting;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FunctionApp.Tests.OpenApi.RouteTable;

/// <summary>A host in mode ApiKey, another in mode Development, and the data that the table's rows need.</summary>
public sealed class RouteHost : IAsyncLifetime
{
    /// <summary>A page of another origin that may call.</summary>
    internal const string Page = "https://app.example.org";

    private const string Secret = "route-table-secret";

    private readonly AtelierFixture _atelier = new()
    {
        PlainPictures = true,
        MoreSettings = new Dictionary<string, string>
        {
            ["Access__Mode"] = "ApiKey",
            ["Access__AllowedEmailDomains"] = "example.org",
            ["Access__RequestsPerMinute"] = "100000",
            ["Webhooks__AllowPrivateTargets"] = "false",
            ["Providers__Callback__Endpoint"] = "{simulator}/callback/jobs",
            ["Providers__Callback__Secret"] = Secret,
            ["PublicUrl"] = "https://127.0.0.1:1",
            ["Cors__Origins"] = Page,
        },
    };

    private NpgsqlDataSource? _database;
    private HostProcess? _development;

    /// <summary>A client of the host, which checks every response against the document.</summary>
    internal HttpClient Http => _atelier.Api.Http;

    /// <summary>A client of the host for development.</summary>
    internal HttpClient Development { get; private set; } = null!;

    /// <summary>Keys of two callers, an operator, one whose requests are used up, and one who is not admitted.</summary>
    internal string Ann { get; private set; } = "";

    internal string Ben { get; private set; } = "";

    internal string Operator { get; private set; } = "";

    internal string Spent { get; private set; } = "";

    internal string Outsider { get; private set; } = "";

    /// <summary>A campaign of Ann's that is complete, with one image, and a webhook of hers.</summary>
    internal string Complete { get; private set; } = "";

    internal string Webhook { get; private set; } = "";

    /// <summary>The token of a share of that campaign.</summary>
    internal string Token { get; private set; } = "";

    /// <summary>Starts all on the first call.</summary>
    internal async Task StartAsync(LocalServicesFixture services)
    {
        if (_database is not null)
            return;
        await _atelier.StartAsync(services);
        _database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_atelier.Database) { Pooling = false }.ConnectionString);
        Ann = await KeyAsync("ann@example.org");
        Ben = await KeyAsync("ben@example.org");
        Operator = await KeyAsync("operator@example.org", isOperator: true);
        Spent = await KeyAsync("spent@example.org");
        Outsider = await KeyAsync("outsider@example.net");
        Complete = await CampaignAsync(images: 1);
        await EndOfAsync(Complete);
        Webhook = await WebhookAsync();
        Token = (await ShareAsync()).Token;
    }

    /// <summary>Starts the host for development on the first call.</summary>
    internal async Task StartDevelopmentAsync()
    {
        _development ??= await _atelier.StartAnotherAsync(new Dictionary<string, string>
        {
            ["Access__Mode"] = "Development",
            ["Access__AllowedEmailDomains"] = "",
        });
        Development = new HttpClient(new ContractHandler()) { BaseAddress = _development.Address };
    }

    /// <summary>A campaign of Ann's.</summary>
    internal async Task<string> CampaignAsync(string prompt = "A lake", int images = 0, string provider = "openai", string? idempotencyKey = null)
    {
        using var request = Post("/api/campaigns", Campaign(prompt, images, provider));
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        using var response = await Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        return (string)(await response.ReadAsync())["id"]!;
    }

    internal async Task<string> CompleteAsync()
    {
        var id = await CampaignAsync();
        Assert.Equal("COMPLETE", await EndOfAsync(id));
        return id;
    }

    internal async Task<string> FailedAsync()
    {
        var id = await CampaignAsync($"A lake [[fault: image/0 500 x{AtelierFixture.MaxAttempts}]]", images: 1);
        Assert.Equal("FAILED", await EndOfAsync(id));
        return id;
    }

    /// <summary>A campaign that has failed, without one complete part.</summary>
    internal async Task<string> EmptyAsync()
    {
        var id = await CampaignAsync($"A lake [[fault: text 500 x{AtelierFixture.MaxAttempts}]]");
        Assert.Equal("FAILED", await EndOfAsync(id));
        return id;
    }

    /// <summary>A complete campaign whose one image is damaged in the store.</summary>
    internal async Task<string> DamagedAsync()
    {
        var id = await CampaignAsync(images: 1);
        Assert.Equal("COMPLETE", await EndOfAsync(id));
        await new BlobContainerClient(_atelier.Settings["AzureWebJobsStorage"], _atelier.Container).GetBlobClient($"{id}/image-0.png")
            .UploadAsync(BinaryData.FromString("no image"), overwrite: true);
        return id;
    }

    /// <summary>A campaign that runs until it is canceled; its provider has accepted the job.</summary>
    internal async Task<string> RunningAsync()
    {
        var id = await CampaignAsync("A lake [[fault: image/0 job-stuck]]", images: 1, provider: "callback");
        await Eventually.TrueAsync(() => Task.FromResult(_atelier.Calls(id, "image/0", AiSimulator.Calls.Operations.Poll).Count > 0));
        return id;
    }

    internal async Task<string> WebhookAsync()
    {
        using var response = await Http.SendAsync(Post("/api/webhooks", new JsonObject { ["url"] = "https://93.184.215.14/hook" }));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return (string)(await response.ReadAsync())["id"]!;
    }

    /// <summary>A share of a campaign of Ann's.</summary>
    internal async Task<(string Id, string Token)> ShareAsync(string? campaign = null)
    {
        using var response = await Http.SendAsync(Post($"/api/campaigns/{campaign ?? Complete}/shares", new JsonObject { ["expiresInDays"] = 1 }));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var share = await response.ReadAsync();
        return ((string)share["id"]!, ((string)share["url"]!).Split('/')[^1]);
    }

    /// <summary>The token of a share whose requests are used up.</summary>
    internal async Task<string> SpentShareAsync()
    {
        (var id, var token) = await ShareAsync(await CompleteAsync());
        await ExecuteAsync($"INSERT INTO caller_rates VALUES (E'share\\t{id}', now(), 100000)");
        return token;
    }

    /// <summary>A report of a share.</summary>
    internal async Task<string> ReportAsync()
    {
        using var reported = await Http.SendAsync(Send(HttpMethod.Post, $"/api/shared/{Token}/report", key: null, new JsonObject { ["reason"] = "Mine" }));
        Assert.Equal(HttpStatusCode.Accepted, reported.StatusCode);
        using var response = await Http.SendAsync(Send(HttpMethod.Get, "/api/reports", Operator));
        return (string)(await response.ReadAsync())["items"]![0]!["id"]!;
    }

    /// <summary>A webhook of Ann's whose host is inside the own network by now.</summary>
    internal async Task<string> UnreachableWebhookAsync()
    {
        var id = await WebhookAsync();
        await ExecuteAsync($"UPDATE webhooks SET url = 'https://127.0.0.1/hook' WHERE id = '{id}'");
        return id;
    }

    /// <summary>The <c>ETag</c> of the response to a GET.</summary>
    internal async Task<string> TagAsync(string path)
    {
        using var response = await Http.SendAsync(Get(path));
        return response.Headers.ETag!.ToString();
    }

    internal async Task ExecuteAsync(string sql)
    {
        await using var command = _database!.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Lets the database accept connections, or closes and refuses all.</summary>
    internal Task AllowConnectionsAsync(bool allow) => DatabaseAwayTests.AllowConnectionsAsync(_atelier.Database, allow);

    internal static JsonObject Campaign(string prompt = "A lake", int images = 0, string provider = "openai") => new()
    {
        ["prompt"] = prompt,
        ["images"] = new JsonObject { ["count"] = images },
        ["providers"] = new JsonObject { ["image"] = provider },
    };

    internal HttpRequestMessage Get(string path, params (string Name, string Value)[] headers) =>
        Send(HttpMethod.Get, path, Ann, body: null, headers);

    internal HttpRequestMessage Post(string path, JsonNode? body = null) => Send(HttpMethod.Post, path, Ann, body);

    internal HttpRequestMessage Delete(string path) => Send(HttpMethod.Delete, path, Ann);

    internal static HttpRequestMessage Send(
        HttpMethod method, string path, string? key, JsonNode? body = null, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path)
        {
            Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        if (key is not null)
            request.Headers.Authorization = new("Bearer", key);
        foreach ((var name, var value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    /// <summary>A provider's report, signed with its secret or another.</summary>
    internal static HttpRequestMessage Report(string path, string body, string secret = Secret)
    {
        var time = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{time}.{body}"));
        return new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
            Headers = { { "X-Timestamp", time }, { "X-Signature", Convert.ToHexStringLower(signature) } },
        };
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_development is not null)
            await _development.DisposeAsync();
        if (_database is not null)
            await _database.DisposeAsync();
        await _atelier.DisposeAsync();
    }

    private async Task<string> EndOfAsync(string id)
    {
        JsonObject campaign = [];
        await Eventually.TrueAsync(async () =>
        {
            using var response = await Http.SendAsync(Get($"/api/campaigns/{id}?wait=5"));
            campaign = await response.ReadAsync();
            return campaign["completedAt"] is not null;
        });
        return (string)campaign["status"]!;
    }

    private async Task<string> KeyAsync(string user, bool isOperator = false)
    {
        await using var db = new AtelierDbContext(
            (DbContextOptions<AtelierDbContext>)new DbContextOptionsBuilder<AtelierDbContext>().UseAtelier(_database!).Options);
        return (await new ApiKeyStore(db, TimeProvider.System).CreateAsync(user, isOperator, CancellationToken.None)).ToString();
    }
}
