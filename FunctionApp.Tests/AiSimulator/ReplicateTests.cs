using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using AiSimulator;

namespace FunctionApp.Tests.Simulator;

public sealed class ReplicateTests : IAsyncLifetime
{
    private const string Path = "/v1/models/painters/landscape/predictions";

    private readonly string _campaign = SimulatorFixture.NewCampaign();
    private SimulatorFixture _simulator = null!;
    private WebhookReceiver _receiver = null!;

    public async Task InitializeAsync()
    {
        _simulator = await SimulatorFixture.StartAsync();
        _receiver = await WebhookReceiver.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _simulator.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task Create_Prediction_SucceedsAndItsOutputIsAPicture()
    {
        var response = await CreateAsync("A lake", webhook: false);
        var created = await SimulatorFixture.JsonOf(response);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("starting", (string?)created["status"]);
        Assert.Equal("painters/landscape", (string?)created["model"]);

        var done = await EndedAsync(created);

        Assert.Equal("succeeded", (string?)done["status"]);
        Assert.NotNull(done["completed_at"]);
        Assert.True((double)done["metrics"]!["predict_time"]! >= 0);
        var picture = Picture.ReadPng(await _simulator.Http.GetByteArrayAsync((string)done["output"]![0]!));
        Assert.Equal((1344, 768), (picture.Width, picture.Height));
    }

    [Fact]
    public async Task Webhook_Completed_IsSignedAndCarriesThePrediction()
    {
        var created = await SimulatorFixture.JsonOf(await CreateAsync("A lake"));

        var hook = await _receiver.NextAsync();

        Assert.Equal(((string)created["id"]!, "succeeded"), ((string)hook.Json["id"]!, (string)hook.Json["status"]!));
        Assert.True(IsSigned(hook));
        Assert.False(IsSigned(hook with { Body = hook.Body + " " }));
    }

    [Fact]
    public async Task Webhook_Refused_IsSentAgainWithTheSameId()
    {
        _receiver.Statuses.Enqueue(503);
        _receiver.Statuses.Enqueue(500);
        await CreateAsync("A lake");

        var (first, second, third) = (await _receiver.NextAsync(), await _receiver.NextAsync(), await _receiver.NextAsync());

        Assert.Equal([first.Headers["webhook-id"], first.Headers["webhook-id"]], [second.Headers["webhook-id"], third.Headers["webhook-id"]]);
        Assert.True(IsSigned(third));
        await Eventually.TrueAsync(async () => (await DeliveriesAsync()).Count == 3);
        Assert.Equal([503, 500, 200], (await DeliveriesAsync()).Select(d => (int)d!["status"]!));
    }

    [Fact]
    public async Task Webhook_WithoutFilter_AlsoReportsTheStart()
    {
        await CreateAsync("A lake", filter: null);

        var statuses = new HashSet<string> { (string)(await _receiver.NextAsync()).Json["status"]!, (string)(await _receiver.NextAsync()).Json["status"]! };

        Assert.Equal(["processing", "succeeded"], statuses.Order());
    }

    [Fact]
    public async Task Fault_CallbackLost_OnlyPollingShowsTheEnd()
    {
        var created = await SimulatorFixture.JsonOf(await CreateAsync("A lake [[fault: image/0 callback-lost]]"));

        Assert.Equal("succeeded", (string?)(await EndedAsync(created))["status"]);
        Assert.Empty(await DeliveriesAsync());
    }

    [Fact]
    public async Task Fault_CallbackTwice_ArrivesTwice()
    {
        await CreateAsync("A lake [[fault: image/0 callback-twice]]");

        Assert.Equal((await _receiver.NextAsync()).Body, (await _receiver.NextAsync()).Body);
    }

    [Fact]
    public async Task Fault_CallbackForged_ComesBeforeTheTrueOneAndDoesNotVerify()
    {
        await CreateAsync("A lake [[fault: image/0 callback-forged]]");

        var (forged, true_) = (await _receiver.NextAsync(), await _receiver.NextAsync());

        Assert.False(IsSigned(forged));
        Assert.True(IsSigned(true_));
        Assert.Equal((string?)forged.Json["id"], (string?)true_.Json["id"]);
    }

    [Fact]
    public async Task Fault_CallbackEarly_ArrivesBeforeTheResponse()
    {
        var response = await CreateAsync("A lake [[fault: image/0 callback-early]]");

        Assert.True(_receiver.HasMore);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }

    [Fact]
    public async Task Fault_CallbackLate_ArrivesAfterTheEnd()
    {
        var created = await SimulatorFixture.JsonOf(await CreateAsync("A lake [[fault: image/0 callback-late delay=0.3]]"));

        await EndedAsync(created);
        var hook = await _receiver.NextAsync();

        var late = TimeProvider.System.GetUtcNow() - hook.Json["completed_at"]!.GetValue<DateTimeOffset>();
        Assert.True(late > TimeSpan.FromSeconds(0.25), $"It came {late} after the end.");
    }

    [Theory]
    [InlineData("moderation", "NSFW content detected")]
    [InlineData("job-failed", "Prediction failed")]
    public async Task Fault_OfTheJob_EndsItAsFailed(string kind, string error)
    {
        var response = await CreateAsync($"A lake [[fault: image/0 {kind}]]");

        var hook = await _receiver.NextAsync();

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("failed", (string?)hook.Json["status"]);
        Assert.StartsWith(error, (string?)hook.Json["error"], StringComparison.Ordinal);
        Assert.Null(hook.Json["output"]);
    }

    [Fact]
    public async Task Fault_JobStuck_CanBeCanceled()
    {
        var created = await SimulatorFixture.JsonOf(await CreateAsync("A lake [[fault: image/0 job-stuck]]"));
        await Eventually.TrueAsync(async () => (string?)(await GetAsync(created))["status"] == "processing");

        var canceled = await SimulatorFixture.JsonOf(await _simulator.Http.PostAsync((string)created["urls"]!["cancel"]!, null));

        Assert.Equal("canceled", (string?)canceled["status"]);
        Assert.Equal("canceled", (string?)(await _receiver.NextAsync()).Json["status"]);
    }

    [Fact]
    public async Task Fault_OutputGone_GivesNotFound()
    {
        var done = await EndedAsync(await SimulatorFixture.JsonOf(await CreateAsync("A lake [[fault: image/0 output-gone]]")));

        Assert.Equal(HttpStatusCode.NotFound, (await _simulator.Http.GetAsync((string)done["output"]![0]!)).StatusCode);
    }

    [Fact]
    public async Task Fault_OfAPoll_FollowsTheJobsPrompt()
    {
        var created = await SimulatorFixture.JsonOf(await CreateAsync("A lake [[fault: poll 503]]"));
        var address = (string)created["urls"]!["get"]!;

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await _simulator.Http.GetAsync(address)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _simulator.Http.GetAsync(address)).StatusCode);
    }

    [Theory]
    [InlineData("quota", 402)]
    [InlineData("429", 429)]
    [InlineData("400", 422)]
    public async Task Fault_OfTheSubmission_HasReplicatesErrorFormat(string kind, int status)
    {
        var response = await CreateAsync($"A lake [[fault: image/0 {kind}]]");

        Assert.Equal(status, (int)response.StatusCode);
        var problem = await SimulatorFixture.JsonOf(response);
        Assert.Equal(status, (int)problem["status"]!);
        Assert.False(string.IsNullOrEmpty((string?)problem["detail"]));
    }

    [Fact]
    public async Task Create_PreferWait_RespondsWhenDone()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = JsonContent.Create(new { input = new { prompt = "A lake" } }) };
        request.Headers.Add("Prefer", "wait=20");

        var response = await _simulator.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("succeeded", (string?)(await SimulatorFixture.JsonOf(response))["status"]);
    }

    [Fact]
    public async Task Secret_Fetched_IsTheOneThatSigns() =>
        Assert.Equal(new SimulatorOptions().ReplicateWebhookSecret, (string?)(await _simulator.Http.GetFromJsonAsync<JsonNode>("/v1/webhooks/default/secret"))!["key"]);

    private Task<HttpResponseMessage> CreateAsync(string prompt, bool webhook = true, string? filter = "completed") => _simulator.Http.PostAsJsonAsync(Path, new
    {
        input = new { prompt, aspect_ratio = "16:9", unknown_to_us = true },
        webhook = webhook ? _receiver.Url("replicate", _campaign, "image/0") : null,
        webhook_events_filter = filter is null ? null : new[] { filter },
    });

    private async Task<JsonNode> GetAsync(JsonNode prediction) => (await _simulator.Http.GetFromJsonAsync<JsonNode>((string)prediction["urls"]!["get"]!))!;

    private async Task<JsonNode> EndedAsync(JsonNode prediction)
    {
        await Eventually.TrueAsync(async () => (await GetAsync(prediction))["completed_at"] is not null);
        return await GetAsync(prediction);
    }

    private async Task<JsonArray> DeliveriesAsync() => (await _simulator.Http.GetFromJsonAsync<JsonArray>($"/admin/webhooks?campaign={_campaign}"))!;

    private static bool IsSigned(WebhookReceiver.Received hook)
    {
        var key = Convert.FromBase64String(new SimulatorOptions().ReplicateWebhookSecret["whsec_".Length..]);
        var signed = $"{hook.Headers["webhook-id"]}.{hook.Headers["webhook-timestamp"]}.{hook.Body}";
        return hook.Headers["webhook-signature"].Split(' ').Contains("v1," + Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(signed))));
    }
}
