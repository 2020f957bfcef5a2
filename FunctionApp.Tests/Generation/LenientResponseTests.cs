using System.Net.Mime;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Atelier.Generation;

namespace FunctionApp.Tests.Generation;

/// <summary>Responses that were paid for and depart from the rules in harmless ways, some of which only raw bytes can show.</summary>
public sealed class LenientResponseTests
{
    private const string Secret = "a secret of at least 16";

    [Fact]
    public async Task Text_ByteOrderMarkAndNoContentType_IsRead()
    {
        await using var server = await BytesAsync([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(ProviderResponses.Chat("Pack light."))], contentType: "");
        await using var providers = Providers.OpenAI(server);

        Assert.Equal("Pack light.", (await providers.WriteAsync()).Content);
    }

    [Fact]
    public async Task Text_InvalidUnicode_IsCleaned()
    {
        var json = ProviderResponses.Chat("Pack @1 light@2.").Replace("@1", "\\u0000", StringComparison.Ordinal).Replace("@2", "\\ud83d", StringComparison.Ordinal);
        await using var server = await BytesAsync(Encoding.UTF8.GetBytes(json));
        await using var providers = Providers.OpenAI(server);

        Assert.Equal("Pack \uFFFD light\uFFFD.", (await providers.WriteAsync()).Content);
    }

    [Fact]
    public async Task Text_ModelNameThatCannotBeStored_IsCleaned()
    {
        var json = ProviderResponses.Chat("Pack light.").Replace("a-text-model-2026-05-01", "a\\u0000model", StringComparison.Ordinal);
        await using var server = await BytesAsync(Encoding.UTF8.GetBytes(json));
        await using var providers = Providers.OpenAI(server);

        Assert.Equal("a\uFFFDmodel", (await providers.WriteAsync()).Model);
    }

    [Fact]
    public async Task Failure_MessageThatCannotBeStored_IsCleanedIntoOneLine()
    {
        await using var server = await BytesAsync(
            [.. """{"error":{"message":"No\u0000 \ud83d\u001b[31m way"""u8, 0xFF, .. """\r\n."}}"""u8], status: 500);
        await using var providers = Providers.OpenAI(server);

        var failure = await Assert.ThrowsAsync<GenerationException>(() => providers.WriteAsync());

        Assert.Equal("The provider failed (HTTP 500): No\uFFFD \uFFFD [31m way\uFFFD .", failure.Message);
    }

    [Fact]
    public async Task Failure_CutBetweenTheHalvesOfACharacter_HasNoHalf()
    {
        var smiles = string.Concat(Enumerable.Repeat("\U0001F600", 400));
        foreach (var words in (string[])[smiles, "." + smiles])
        {
            await using var server = await ProviderServer.StartAsync(500, JsonSerializer.Serialize(new { error = new { message = words } }));
            await using var providers = Providers.OpenAI(server);

            var failure = await Assert.ThrowsAsync<GenerationException>(() => providers.WriteAsync());

            Assert.InRange(failure.Message.Length, GenerationException.MaxMessageLength - 1, GenerationException.MaxMessageLength);
            Assert.Equal(failure.Message, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(failure.Message)));
        }
    }

    [Theory]
    [InlineData("replicate")]
    [InlineData("callback")]
    public async Task Order_AcceptedInAnySpelling_NeedsOnlyItsId(string provider)
    {
        (byte[] Body, string Type)[] responses =
        [
            (Encoding.UTF8.GetBytes("""{"id":"j1","status":"queued"}"""), MediaTypeNames.Text.Plain),
            ([0xEF, 0xBB, 0xBF, .. """{"id":"j1"}"""u8], MediaTypeNames.Application.Json),
            ([.. """{"\ud83d":"\ud83d","note":"x"""u8, 0xFF, .. " \",\"id\":\"j1\",\"status\":{\"is\":7},\"error\":\"none\",\"output\":{\"a\":[1]}}"u8], ""),
        ];
        foreach (var (body, type) in responses)
        {
            await using var server = await BytesAsync(body, type, status: 201);
            await using var providers = Create(server);

            Assert.Equal("j1", await providers.Catalog.AsyncImage(provider).SubmitAsync(Providers.ImageRequest(), default));
        }
    }

    [Fact]
    public async Task Order_NumericId_IsReadAsText()
    {
        await using var server = await ProviderServer.StartAsync(202, """{"id":900719925474099312}""");
        await using var providers = Create(server);

        Assert.Equal("900719925474099312", await providers.Catalog.AsyncImage("callback").SubmitAsync(Providers.ImageRequest(), default));
    }

    [Theory]
    [InlineData("""{"status":"queued"}""", "unusable_answer")]
    [InlineData("""{"id":""}""", "unusable_answer")]
    [InlineData("""{"id":{"a":1}}""", "unusable_answer")]
    [InlineData("""{"id":"a\u0000b"}""", "unusable_answer")]
    [InlineData("""{"id":"a\nb"}""", "unusable_answer")]
    [InlineData("accepted", "invalid_response")]
    [InlineData("""{"error":{"code":429,"message":"Try again in 3s."}}""", "rate_limited")]
    [InlineData("""{"error":{"code":"billing_not_active"}}""", "quota_exceeded")]
    public async Task Order_WithoutAUsableId_IsATypedFailure(string body, string code)
    {
        await using var server = await ProviderServer.StartAsync(201, body);
        await using var providers = Create(server);

        foreach (var provider in (string[])["replicate", "callback"])
        {
            var failure = await Assert.ThrowsAsync<GenerationException>(
                () => providers.Catalog.AsyncImage(provider).SubmitAsync(Providers.ImageRequest(), default));
            Assert.Equal(code, failure.Code);
        }
    }

    [Fact]
    public async Task Poll_ResponseWithoutAnId_IsOfThePolledJob()
    {
        await using var server = await ProviderServer.StartAsync(200, """{"status":"PROCESSING"}""", MediaTypeNames.Text.Plain);
        await using var providers = Create(server);

        Assert.Equal(new ImageJob("j1", ImageJobStatus.Running), await providers.Catalog.AsyncImage("replicate").PollAsync("j1", default));
    }

    [Theory]
    [InlineData(400, "invalid_response")]
    [InlineData(401, "invalid_response")]
    [InlineData(403, "invalid_response")]
    [InlineData(404, "invalid_response")]
    [InlineData(410, "invalid_response")]
    [InlineData(304, "invalid_response")]
    [InlineData(408, "timeout")]
    [InlineData(429, "rate_limited")]
    [InlineData(503, "server_error")]
    public async Task Download_StorageRefuses_HasTheCodeForTheStatus(int status, string code)
    {
        await using var server = await ProviderServer.StartAsync(status, "");
        await using var providers = Create(server);

        var failure = await Assert.ThrowsAsync<GenerationException>(
            () => providers.Catalog.AsyncImage("replicate").FetchAsync($"{server.Address}/1.png", default));

        Assert.Equal((code, true), (failure.Code, failure.IsTransient));
    }

    [Theory]
    [InlineData("""{"id":"j1","status":"failed","error":{"code":"moderation","message":"Not this one."}}""", "moderation_blocked")]
    [InlineData("""{"id":"j1","status":"failed","error":{"code":"generation_failed","message":"Out of memory."}}""", "server_error")]
    [InlineData("""{"id":"j1","status":"failed","error":"moderation service is down"}""", "server_error")]
    [InlineData("""{"id":"j1","status":"failed"}""", "server_error")]
    [InlineData("""{"id":"j1","status":"failed","error":7}""", "server_error")]
    [InlineData("""{"id":"j1","status":"cancelled"}""", "server_error")]
    [InlineData("""{"id":"j1","status":"succeeded","b64":"aGVsbG8="}""", "unusable_answer")]
    [InlineData("""{"id":"j1","status":"succeeded","b64":"?"}""", "unusable_answer")]
    [InlineData("""{"id":"j1","status":"succeeded","imageUrl":7}""", "unusable_answer")]
    [InlineData("""{"id":"j1","status":"succeeded"}""", "invalid_response")]
    public async Task Callback_JobWithoutAnImage_SaysWhy(string body, string code)
    {
        await using var server = await ProviderServer.StartAsync(200, "{}");
        await using var providers = Create(server);

        var job = Callback(providers, Encoding.UTF8.GetBytes(body));

        Assert.Equal((ImageJobStatus.Failed, code), (job.Status, job.Failure!.Code));
    }

    [Theory]
    [InlineData("http://169.254.169.254/metadata")]
    [InlineData("http://localhost.example.net/1.png")]
    [InlineData("http://user@{server}/1.png")]
    [InlineData("file:///etc/hosts")]
    public async Task Download_FromAnotherHost_IsRefusedWithoutACall(string address)
    {
        await using var server = await ProviderServer.StartAsync(200, "{}");
        await using var providers = Create(server);

        var failure = await Assert.ThrowsAsync<GenerationException>(() => providers.Catalog.AsyncImage("replicate")
            .FetchAsync(address.Replace("{server}", server.Address["http://".Length..], StringComparison.Ordinal), default));

        Assert.Equal(GenerationErrorCodes.UnusableResponse, failure.Code);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Callback_SignedAndNotUnicode_IsReadAsFarAsItIsText()
    {
        await using var server = await ProviderServer.StartAsync(200, "{}");
        await using var providers = Create(server);

        var job = Callback(providers, [0xEF, 0xBB, 0xBF, .. """{"id":"j1","status":"failed","n"""u8, 0xFF, .. "\":1,\"error\":\"\\ud83d \\u0000\"}"u8]);
        var queued = Callback(providers, """{"id":"j1","status":"queued","\ud83d":1}"""u8.ToArray());

        Assert.Equal("The provider's job failed: \uFFFD \uFFFD", job.Failure!.Message);
        Assert.Equal(ImageJobStatus.Running, queued.Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"status":"succeeded"}""")]
    [InlineData("""{"id":"a\ud83db","status":"succeeded"}""")]
    public async Task Callback_SignedButNotUnderstood_IsATypedFailure(string body)
    {
        await using var server = await ProviderServer.StartAsync(200, "{}");
        await using var providers = Create(server);

        Assert.Throws<GenerationException>(() => Callback(providers, Encoding.UTF8.GetBytes(body)));
    }

    private static ImageJob Callback(Providers providers, byte[] body)
    {
        var time = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), (byte[])[.. Encoding.UTF8.GetBytes($"{time}."), .. body]);
        var generator = providers.Catalog.AsyncImage("callback");
        using var verified = generator.BeginCallback(name => name == "X-Timestamp" ? time : Convert.ToHexStringLower(signature));
        verified.Append(body);
        verified.Verify();
        return generator.ReadCallback(body);
    }

    private static Task<ProviderServer> BytesAsync(byte[] body, string contentType = "application/json", int status = 200) =>
        ProviderServer.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            if (contentType.Length > 0)
                context.Response.ContentType = contentType;
            return context.Response.Body.WriteAsync(body).AsTask();
        });

    private static Providers Create(ProviderServer server) => new(
        ("PublicUrl", "https://atelier.example.org"),
        ("Providers:Text", "openai"),
        ("Providers:OpenAI:ApiKey", Providers.Key),
        ("Providers:Replicate:Endpoint", $"{server.Address}/v1"),
        ("Providers:Replicate:ApiToken", Providers.Key),
        ("Providers:Callback:Endpoint", $"{server.Address}/jobs"),
        ("Providers:Callback:Secret", Secret));
}
