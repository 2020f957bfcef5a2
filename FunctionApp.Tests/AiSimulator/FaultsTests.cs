using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FunctionApp.Tests.Simulator;

public sealed class FaultsTests(SimulatorFixture simulator) : IClassFixture<SimulatorFixture>
{
    [Theory]
    [InlineData("500", 500)]
    [InlineData("502", 502)]
    [InlineData("503", 503)]
    [InlineData("504", 504)]
    [InlineData("408", 408)]
    [InlineData("499", 499)]
    [InlineData("error-200", 200)]
    [InlineData("401", 401)]
    [InlineData("400", 400)]
    [InlineData("429", 429)]
    public async Task Fault_Status_IsSentOnceWithAnError(string kind, int status)
    {
        var user = $"{SimulatorFixture.NewCampaign()}/text";

        var failed = await simulator.ChatAsync($"A bakery [[fault: text {kind}]]", user);
        var retried = await simulator.ChatAsync($"A bakery [[fault: text {kind}]]", user);

        Assert.Equal(status, (int)failed.StatusCode);
        Assert.NotEmpty((string)(await SimulatorFixture.JsonOf(failed))["error"]!["message"]!);
        Assert.Equal(HttpStatusCode.OK, retried.StatusCode);
    }

    [Fact]
    public async Task Fault_RateLimitTwice_OnlyItsPartFailsAndOnlyTwice()
    {
        var campaign = SimulatorFixture.NewCampaign();
        const string Prompt = "A bakery [[fault: image/0 429 x2 retry-after=1]]";

        var first = await simulator.ImageAsync(Prompt, $"{campaign}/image/0");
        var second = await simulator.ImageAsync(Prompt, $"{campaign}/image/0");
        var third = await simulator.ImageAsync(Prompt, $"{campaign}/image/0");
        var other = await simulator.ImageAsync(Prompt, $"{campaign}/image/1");

        Assert.Equal([429, 429, 200, 200], new[] { first, second, third, other }.Select(r => (int)r.StatusCode));
        Assert.Equal(TimeSpan.FromSeconds(1), first.Headers.RetryAfter?.Delta);
        Assert.Equal("rate_limit_exceeded", (string?)(await SimulatorFixture.JsonOf(first))["error"]!["code"]);
        Assert.NotEmpty(first.Headers.GetValues("x-ratelimit-remaining-requests"));
    }

    [Fact]
    public async Task Fault_RateLimitAtAzure_HasAzuresErrorFormat()
    {
        var response = await simulator.ChatAsync("[[fault: 429 retry-after-ms=1500]]", baseUrl: "/openai/v1");

        var error = (await SimulatorFixture.JsonOf(response))["error"]!;
        Assert.Equal("429", (string?)error["code"]);
        Assert.Contains("retry after 2 seconds", (string?)error["message"], StringComparison.OrdinalIgnoreCase);
        Assert.Equal("1500", response.Headers.GetValues("retry-after-ms").Single());
    }

    [Fact]
    public async Task Fault_RateLimitAtGemini_IsAnArrayWithANumber()
    {
        var response = await simulator.ChatAsync("[[fault: 429]]", baseUrl: "/v1beta/openai");

        var error = Assert.Single((JsonArray)await SimulatorFixture.JsonOf(response))!["error"]!;
        Assert.Equal(429, (int)error["code"]!);
        Assert.Equal("RESOURCE_EXHAUSTED", (string?)error["status"]);
    }

    [Theory]
    [InlineData("/v1", "insufficient_quota")]
    [InlineData("/openai/v1", "insufficient_quota")]
    public async Task Fault_Quota_HasItsOwnCodeAndNoRetryAfter(string baseUrl, string code)
    {
        var response = await simulator.ChatAsync($"At {baseUrl} [[fault: quota]]", baseUrl: baseUrl);

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.Equal(code, (string?)(await SimulatorFixture.JsonOf(response))["error"]!["code"]);
        Assert.Null(response.Headers.RetryAfter);
    }

    [Theory]
    [InlineData("/v1", "moderation_blocked")]
    [InlineData("/openai/v1", "contentFilter")]
    public async Task Fault_ModerationOfAnImage_HasTheProvidersCode(string baseUrl, string code)
    {
        var response = await simulator.ImageAsync($"At {baseUrl} [[fault: moderation]]", baseUrl: baseUrl);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(code, (string?)(await SimulatorFixture.JsonOf(response))["error"]!["code"]);
    }

    [Fact]
    public async Task Fault_ModerationOfAPromptAtAzure_NamesTheFilter()
    {
        var error = (await SimulatorFixture.JsonOf(await simulator.ChatAsync("[[fault: moderation]]", baseUrl: "/openai/v1")))["error"]!;

        Assert.Equal("content_filter", (string?)error["code"]);
        Assert.Equal("ResponsibleAIPolicyViolation", (string?)error["innererror"]!["code"]);
        Assert.True((bool)error["innererror"]!["content_filter_result"]!["violence"]!["filtered"]!);
    }

    [Theory]
    [InlineData("filtered", "content_filter", null)]
    [InlineData("refusal", "stop", "I can't help with that request.")]
    public async Task Fault_NoContent_IsStill200(string kind, string finish, string? refusal)
    {
        var choice = (await SimulatorFixture.JsonOf(await simulator.ChatAsync($"[[fault: {kind}]]")))["choices"]![0]!;

        Assert.Equal(finish, (string?)choice["finish_reason"]);
        Assert.Null(choice["message"]!["content"]);
        Assert.Equal(refusal, (string?)choice["message"]!["refusal"]);
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("reset")]
    [InlineData("timeout delay=0.01")]
    public async Task Fault_BrokenConnection_FailsTheTransfer(string kind) =>
        await Assert.ThrowsAsync<HttpRequestException>(() => simulator.ImageAsync($"A bakery [[fault: image {kind}]]"));

    [Fact]
    public async Task Fault_Timeout_HoldsUntilTheClientGivesUp()
    {
        var campaign = SimulatorFixture.NewCampaign();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/images/generations")
        {
            Content = new StringContent($$"""{"model":"m","prompt":"[[fault: timeout]]","user":"{{campaign}}/image/0"}"""),
        };
        using var gaveUp = new CancellationTokenSource();

        var call = simulator.Http.SendAsync(request, gaveUp.Token);
        await Eventually.TrueAsync(async () => (await OutcomeAsync(campaign)) == "running");
        Assert.False(call.IsCompleted);
        await gaveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await Eventually.TrueAsync(async () => (await OutcomeAsync(campaign)) == "timeout");
    }

    [Fact]
    public async Task Fault_Malformed_IsNotJson()
    {
        var response = await simulator.ChatAsync("[[fault: malformed]]");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var body = await response.Content.ReadAsStringAsync();
        Assert.ThrowsAny<JsonException>(() => JsonNode.Parse(body));
    }

    [Fact]
    public async Task Fault_Empty_CarriesNothing()
    {
        Assert.Empty((JsonArray)(await SimulatorFixture.JsonOf(await simulator.ImageAsync("[[fault: empty]]")))["data"]!);
        Assert.Empty((JsonArray)(await SimulatorFixture.JsonOf(await simulator.ChatAsync("[[fault: empty]]")))["choices"]!);
    }

    [Fact]
    public async Task Fault_ContentType_IsAWebPage()
    {
        var response = await simulator.ImageAsync("[[fault: content-type]]");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Fault_BadImage_IsNoPicture()
    {
        var bytes = SimulatorFixture.PictureOf(await SimulatorFixture.JsonOf(await simulator.ImageAsync("[[fault: bad-image]]")));

        Assert.NotEqual(0x89, bytes[0]);
    }

    [Fact]
    public async Task Fault_Slow_StillDeliversEverything()
    {
        var body = await SimulatorFixture.JsonOf(await simulator.ImageAsync("A bakery [[fault: slow delay=0.1]]"));

        Assert.Equal(1024, Picture.ReadPng(SimulatorFixture.PictureOf(body)).Width);
    }

    [Fact]
    public async Task Fault_UnknownDirective_IsRefusedAndQuoted()
    {
        var response = await simulator.ChatAsync("[[fault: text explode]]");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("explode", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private async Task<string?> OutcomeAsync(string campaign)
    {
        var calls = JsonNode.Parse(await simulator.Http.GetStringAsync($"/admin/calls?campaign={campaign}"))!.AsArray();
        return calls.Count == 0 ? null : (string?)calls[^1]!["outcome"];
    }
}
