using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace FunctionApp.Tests.Simulator;

public sealed class AdminTests : IAsyncLifetime
{
    private SimulatorFixture _simulator = null!;

    public async Task InitializeAsync() => _simulator = await SimulatorFixture.StartAsync();

    public Task DisposeAsync() => _simulator.DisposeAsync();

    [Fact]
    public async Task Faults_NextCalls_StrikesThatManyOfTheScope()
    {
        await AddAsync(new { kind = "503", provider = "openai", operation = "text", times = 2 });

        Assert.Equal(200, await ChatStatusAsync("/openai/v1"));
        foreach (var expected in (int[])[503, 503, 200]) Assert.Equal(expected, await ChatStatusAsync());
        Assert.Empty((await GetAsync("/admin/faults"))["rules"]!.AsArray());
    }

    [Fact]
    public async Task Faults_Share_StrikesAboutThatManyAndTheSameInEveryRun()
    {
        await using var twin = await SimulatorFixture.StartAsync();
        var (first, second) = (await StruckAsync(_simulator), await StruckAsync(twin));

        Assert.InRange(first.Count(s => s == 500), 10, 50);
        Assert.Equal(first, second);

        static async Task<List<int>> StruckAsync(SimulatorFixture simulator)
        {
            await simulator.Http.PostAsJsonAsync("/admin/faults", new { kind = "500", share = 0.3 });
            var statuses = new List<int>();
            for (var i = 0; i < 100; i++) statuses.Add((int)(await simulator.ChatAsync($"Call {i}")).StatusCode);
            return statuses;
        }
    }

    [Fact]
    public async Task Faults_RetryAfter_IsSent()
    {
        await AddAsync(new { kind = "429", retryAfterMs = 2500 });

        var response = await _simulator.ChatAsync("Hello");

        Assert.Equal("2500", response.Headers.GetValues("retry-after-ms").Single());
        Assert.Equal(TimeSpan.FromSeconds(3), response.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task Faults_Deleted_NoLongerStrike()
    {
        var rule = await AddAsync(new { kind = "500" });
        await AddAsync(new { kind = "503" });

        Assert.Equal(500, await ChatStatusAsync());
        await _simulator.Http.DeleteAsync($"/admin/faults/{rule["id"]}");
        Assert.Equal(503, await ChatStatusAsync());
        await _simulator.Http.DeleteAsync("/admin/faults");
        Assert.Equal(200, await ChatStatusAsync());
    }

    [Theory]
    [InlineData("""{"kind":"explode"}""", "kind")]
    [InlineData("""{"kind":"500","provider":"nobody"}""", "provider")]
    [InlineData("""{"kind":"500","share":1.5}""", "share")]
    [InlineData("""{"kind":"500","times":0}""", "times")]
    public async Task Faults_Invalid_AreRefusedAndNamed(string body, string field)
    {
        var response = await _simulator.Http.PostAsync("/admin/faults", new StringContent(body));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(field, (string?)(await SimulatorFixture.JsonOf(response))["field"]);
    }

    [Fact]
    public async Task Stats_Calls_AreCountedByCampaignAndPart()
    {
        const string Prompt = "A bakery [[fault: image/1 500]]";
        await _simulator.ChatAsync(Prompt, "one/text");
        for (var i = 0; i < 2; i++) await _simulator.ImageAsync(Prompt, "one/image/1");
        await _simulator.ImageAsync(Prompt, "two/image/0");

        var stats = await GetAsync("/admin/stats?campaign=one");

        Assert.Equal(["one"], stats["campaigns"]!.AsObject().Select(c => c.Key));
        Assert.Equal("""{"calls":1,"ok":1,"failed":0}""", stats["campaigns"]!["one"]!["text"]!["text"]!.ToJsonString());
        Assert.Equal("""{"calls":2,"ok":1,"failed":1}""", stats["campaigns"]!["one"]!["image/1"]!["image"]!.ToJsonString());
        Assert.Equal(1, (int)stats["peak"]!);
    }

    [Fact]
    public async Task Stats_ConcurrentCalls_ShowTheirPeak()
    {
        await AddAsync(new { kind = "timeout", operation = "text", times = 3 });
        using var gaveUp = new CancellationTokenSource();
        var held = Enumerable.Range(0, 3).Select(i => _simulator.Http.PostAsync(
            "/v1/chat/completions", new StringContent("""{"model":"m","messages":[{"role":"user","content":"Hi"}]}"""), gaveUp.Token)).ToArray();

        await Eventually.TrueAsync(async () => (int)(await GetAsync("/admin/stats"))["running"]! == 3);
        await gaveUp.CancelAsync();
        foreach (var call in held) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);

        await Eventually.TrueAsync(async () => (int)(await GetAsync("/admin/stats"))["running"]! == 0);
        Assert.Equal(3, (int)(await GetAsync("/admin/stats"))["operations"]!["text"]!["peak"]!);
    }

    [Fact]
    public async Task Calls_Listed_ShowEachCallUntilCleared()
    {
        await _simulator.ChatAsync("A bakery [[fault: text 503]]", "one/text");

        var call = Assert.Single((await GetAsync("/admin/calls?campaign=one")).AsArray())!;
        Assert.Equal(("openai", "text", "one", "text", 1, "503", 503), (
            (string)call["provider"]!, (string)call["operation"]!, (string)call["campaign"]!, (string)call["part"]!, (int)call["attempt"]!, (string)call["outcome"]!, (int)call["status"]!));

        await _simulator.Http.DeleteAsync("/admin/calls");
        Assert.Empty((await GetAsync("/admin/calls")).AsArray());
    }

    [Fact]
    public async Task Latency_Set_IsKept()
    {
        await _simulator.Http.PutAsJsonAsync("/admin/latency", new { imageMs = 70 });

        var latency = await GetAsync("/admin/latency");
        Assert.Equal((0, 70), ((int)latency["textMs"]!, (int)latency["imageMs"]!));
        var invalid = await _simulator.Http.PutAsJsonAsync("/admin/latency", new { textMs = -1 });
        Assert.Equal(HttpStatusCode.BadRequest, invalid.StatusCode);
    }

    [Fact]
    public async Task Page_Root_IsServedWithoutExternalResources()
    {
        var page = await _simulator.Http.GetStringAsync("/");

        Assert.Contains("AiSimulator", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", page, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RequestsPerMinute_Exceeded_IsRateLimited()
    {
        await using var limited = await SimulatorFixture.StartAsync(o =>
        {
            o.RequestsPerMinute = 2;
            o.Clock = new StoppedClock();
        });

        var statuses = new List<int>();
        for (var i = 0; i < 3; i++) statuses.Add((int)(await limited.ChatAsync("Hi")).StatusCode);

        Assert.Equal([200, 200, 429], statuses);
        Assert.Equal(200, (int)(await limited.ChatAsync("Hi", baseUrl: "/openai/v1")).StatusCode);
    }

    [Theory]
    [InlineData("/v1/chat/completions", "Authorization", "Bearer the-key", 200)]
    [InlineData("/v1/chat/completions", "Authorization", "Bearer wrong", 401)]
    [InlineData("/v1/chat/completions", "api-key", "the-key", 401)]
    [InlineData("/openai/v1/chat/completions", "api-key", "the-key", 200)]
    [InlineData("/openai/v1/chat/completions", "Authorization", "Bearer ey.an-entra.token", 200)]
    [InlineData("/openai/v1/chat/completions", "X-Nothing", "at-all", 401)]
    [InlineData("/v1beta/openai/chat/completions", "Authorization", "Bearer the-key", 200)]
    [InlineData("/v1beta/openai/chat/completions", "Authorization", "Bearer wrong", 400)]
    [InlineData("/sdapi/v1/txt2img", "Authorization", "Basic dXNlcjp0aGUta2V5", 200)]
    [InlineData("/sdapi/v1/txt2img", "Authorization", "Bearer the-key", 401)]
    [InlineData("/callback/jobs", "Authorization", "Bearer the-key", 202)]
    [InlineData("/callback/jobs", "X-Nothing", "at-all", 401)]
    public async Task ApiKey_Configured_IsRequiredAsTheProviderRequiresIt(string path, string header, string value, int status)
    {
        await using var locked = await SimulatorFixture.StartAsync(o => o.ApiKey = "the-key");
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent("""{"model":"m","prompt":"Hi","width":64,"height":64,"messages":[{"role":"user","content":"Hi"}]}"""),
        };
        request.Headers.TryAddWithoutValidation(header, value);

        Assert.Equal(status, (int)(await locked.Http.SendAsync(request)).StatusCode);
    }

    private async Task<JsonNode> AddAsync(object rule)
    {
        var response = await _simulator.Http.PostAsJsonAsync("/admin/faults", rule);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return await SimulatorFixture.JsonOf(response);
    }

    private async Task<int> ChatStatusAsync(string baseUrl = "/v1") => (int)(await _simulator.ChatAsync("Hello", baseUrl: baseUrl)).StatusCode;

    private async Task<JsonNode> GetAsync(string path) => (await _simulator.Http.GetFromJsonAsync<JsonNode>(path))!;

    /// <summary>A time in the middle of a minute that does not pass, while timers run on.</summary>
    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 1, 12, 0, 30, TimeSpan.Zero);
    }
}
