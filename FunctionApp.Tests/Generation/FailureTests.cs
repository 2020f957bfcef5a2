using Atelier.Generation;

namespace FunctionApp.Tests.Generation;

/// <summary>The failures that providers' error responses become in the real client.</summary>
public sealed class FailureTests
{
    private const string AzureFilter =
        """
        {"error":{"message":"The response was filtered due to the prompt triggering the content management policy.","type":null,"param":"prompt",
        "code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":
        {"hate":{"filtered":false,"severity":"safe"},"jailbreak":{"filtered":true,"detected":true} } } } }
        """;

    private const string AzureThrottle =
        """{"error":{"code":"429","message":"Requests to the deployment have exceeded its rate limit. Please retry after 26 seconds."}}""";

    private const string OpenAIThrottle =
        """{"error":{"message":"Rate limit reached for a model. Please try again in 1m30.5s.","type":"requests","param":null,"code":"rate_limit_exceeded"}}""";

    private const string OpenAIQuota =
        """{"error":{"message":"You exceeded your current quota.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}""";

    private const string OpenAIBilling =
        """
        {"error":{"message":"Your account is not active, please check your billing details on our website.","type":"billing_not_active","param":null,
        "code":"billing_not_active"} }
        """;

    private const string GeminiDay =
        """
        [{"error":{"code":429,"message":"You exceeded your current quota. Please retry in 45.5s.","status":"RESOURCE_EXHAUSTED","details":[
        {"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[
        {"quotaMetric":"generativelanguage.googleapis.com/generate_content_free_tier_requests","quotaId":"GenerateRequestsPerMinutePerProjectPerModel-FreeTier"},
        {"quotaMetric":"generativelanguage.googleapis.com/generate_content_free_tier_requests","quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]},
        {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"45s"}] } }]
        """;

    private const string OpenAIModeration =
        """{"error":{"message":"Your request was rejected by the safety system.","type":"image_generation_user_error","param":"","code":"moderation_blocked"}}""";

    private const string AzureImageFilter = """{"created":1785758400,"error":{"code":"contentFilter","message":"Your task failed as a result of our safety system."}}""";

    private const string GeminiThrottle =
        """
        [{"error":{"code":429,"message":"Resource has been exhausted.","status":"RESOURCE_EXHAUSTED",
        "details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34s"}] } }]
        """;

    public static TheoryData<string, int, string, string, bool> Failures => new()
    {
        { "a filtered prompt on Azure", 400, AzureFilter, GenerationErrorCodes.ContentFilter, false },
        { "a blocked image on Azure", 400, AzureImageFilter, GenerationErrorCodes.ContentFilter, false },
        { "a blocked image", 400, OpenAIModeration, GenerationErrorCodes.ModerationBlocked, false },
        { "a used up quota", 429, OpenAIQuota, GenerationErrorCodes.QuotaExceeded, false },
        { "a rate limit", 429, OpenAIThrottle, GenerationErrorCodes.RateLimited, true },
        { "a rate limit on Azure", 429, AzureThrottle, GenerationErrorCodes.RateLimited, true },
        { "a rate limit of Gemini", 429, GeminiThrottle, GenerationErrorCodes.RateLimited, true },
        { "a request that is wrong", 400, """{"error":{"message":"Unknown parameter.","code":"unknown_parameter"}}""", GenerationErrorCodes.InvalidRequest, false },
        { "a request that is wrong, as an array", 400, """[{"error":{"code":400,"message":"Invalid.","status":"INVALID_ARGUMENT"}}]""", GenerationErrorCodes.InvalidRequest, false },
        { "a wrong key", 401, """{"error":{"message":"Incorrect API key.","code":"invalid_api_key"}}""", GenerationErrorCodes.Unauthorized, false },
        { "a forbidden call", 403, """{"error":{"message":"Not allowed.","code":"forbidden"}}""", GenerationErrorCodes.Forbidden, false },
        { "an unknown deployment", 404, """{"error":{"message":"No such deployment.","code":"DeploymentNotFound"}}""", GenerationErrorCodes.NotFound, false },
        { "a body too large", 413, "", GenerationErrorCodes.InvalidRequest, false },
        { "a redirect", 307, "", GenerationErrorCodes.InvalidRequest, false },
        { "a timeout of the request", 408, "", GenerationErrorCodes.Timeout, true },
        { "a conflict", 409, "", GenerationErrorCodes.Conflict, true },
        { "a call too early", 425, "", GenerationErrorCodes.Conflict, true },
        { "a failure", 500, """{"error":{"message":"The server had an error.","type":"server_error","code":null}}""", GenerationErrorCodes.ServerError, true },
        { "a failure as a sentence", 500, """{"error":"Out of memory"}""", GenerationErrorCodes.ServerError, true },
        { "a failure in HTML", 502, "<html>Bad gateway</html>", GenerationErrorCodes.ServerError, true },
        { "an overload", 503, "", GenerationErrorCodes.ServerError, true },
        { "a timeout behind a gateway", 504, "upstream request timeout", GenerationErrorCodes.Timeout, true },
        { "a connection that was closed on the way", 499, "", GenerationErrorCodes.ConnectionFailed, true },
        { "an account that is not active", 429, OpenAIBilling, GenerationErrorCodes.QuotaExceeded, false },
        { "a quota for a day", 429, GeminiDay, GenerationErrorCodes.QuotaExceeded, false },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Generate_ProviderResponseIsAFailure_HasItsCodeAndWhetherItIsTransient(
        string what, int status, string body, string code, bool isTransient)
    {
        await using var server = await ProviderServer.StartAsync(status, body, headers: ("Location", "http://127.0.0.1:9/"));
        await using var textProviders = Providers.OpenAI(server);
        await using var imageProviders = Providers.AzureOpenAI(server);

        var text = await Assert.ThrowsAsync<GenerationException>(() => textProviders.WriteAsync());
        var image = await Assert.ThrowsAsync<GenerationException>(() => imageProviders.PaintAsync());

        Assert.NotEmpty(what);
        Assert.Equal((code, isTransient, (int?)status, "openai"), (text.Code, text.IsTransient, text.HttpStatus, text.Provider));
        Assert.Equal((code, isTransient, (int?)status, "azure-openai"), (image.Code, image.IsTransient, image.HttpStatus, image.Provider));
        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData("""{"error":{"message":"Overloaded."}}""", "retry-after-ms", "1500", 1500)]
    [InlineData("""{"error":{"message":"Overloaded."}}""", "Retry-After", "20", 20_000)]
    [InlineData(AzureThrottle, "x-nothing", "1", 26_000)]
    [InlineData(AzureThrottle, "Retry-After", "3", 3_000)]
    [InlineData(OpenAIThrottle, "x-nothing", "1", 90_500)]
    [InlineData(GeminiThrottle, "x-nothing", "1", 34_000)]
    public async Task Generate_ProviderAsksToWait_CarriesTheWait(string body, string header, string value, int milliseconds)
    {
        await using var server = await ProviderServer.StartAsync(429, body, headers: (header, value));
        await using var providers = Providers.OpenAI(server);

        var failure = await Assert.ThrowsAsync<GenerationException>(() => providers.WriteAsync());

        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), failure.RetryAfter);
    }

    [Fact]
    public async Task Generate_FinalFailureWithRetryAfter_AsksForNoWait()
    {
        await using var server = await ProviderServer.StartAsync(429, OpenAIQuota, headers: ("Retry-After", "20"));
        await using var providers = Providers.OpenAI(server);

        var failure = await Assert.ThrowsAsync<GenerationException>(() => providers.WriteAsync());

        Assert.Null(failure.RetryAfter);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(500)]
    public async Task Generate_ProviderEchoesTheKey_IsRedacted(int status)
    {
        var body = $$"""{"error":{"message":"Your key {{Providers.Key}}\r\n was refused. {{new string('x', 2000)}}","code":"{{Providers.Key}}"} }""";
        await using var server = await ProviderServer.StartAsync(status, body);
        await using var providers = Providers.OpenAI(server);

        var failure = await Assert.ThrowsAsync<GenerationException>(() => providers.WriteAsync());

        Assert.DoesNotContain(Providers.Key, failure.ToString(), StringComparison.Ordinal);
        Assert.InRange(failure.Message.Length, 10, GenerationException.MaxMessageLength);
        Assert.DoesNotContain('\n', failure.Message);
        Assert.Null(failure.InnerException);
    }

    [Fact]
    public async Task Generate_BodyIsNoError_IsNotInTheMessage()
    {
        await using var server = await ProviderServer.StartAsync(502, "<html>internal-host-17</html>", "text/html");
        await using var providers = Providers.OpenAI(server);

        var failure = await Assert.ThrowsAsync<GenerationException>(() => providers.WriteAsync());

        Assert.Equal("The provider failed (HTTP 502).", failure.Message);
    }
}
