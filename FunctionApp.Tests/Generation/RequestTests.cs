using System.Text.Json.Nodes;
using Atelier.Generation;
using Microsoft.AspNetCore.Http;

namespace FunctionApp.Tests.Generation;

/// <summary>The requests to providers, and what becomes of their responses.</summary>
public sealed class RequestTests
{
    private static readonly Guid Campaign = Guid.Parse("0198f0c2-7a3b-7c4d-8e5f-0123456789ab");

    [Fact]
    public async Task Text_OpenAI_AsksTheModelOnceWithCallAndKey()
    {
        await using var server = await ProviderServer.StartAsync(200, ProviderResponses.Chat("  Pack light. \n"));
        await using var providers = Providers.OpenAI(server);

        var text = await providers.Catalog.Text("OpenAI").GenerateAsync(
            new TextRequest(new GenerationCall(Campaign, "text", 2), "Autumn in the Alps", 120, "playful", "de"), default);

        Assert.Equal(new GeneratedText("Pack light.", "a-text-model-2026-05-01", new TokenUsage(40, 60, 100)), text);
        var request = Assert.Single(server.Requests);
        Assert.Equal("/v1/chat/completions", request.Path);
        Assert.Equal($"Bearer {Providers.Key}", request.Headers["Authorization"]);
        Assert.Equal($"{Campaign}/text/2", request.Headers["Idempotency-Key"]);
        Assert.Equal("a-text-model", (string?)request.Body!["model"]);
        Assert.Equal($"{Campaign}/text", (string?)request.Body["user"]);
        var messages = Assert.IsType<JsonArray>(request.Body["messages"]);
        Assert.Equal(["system", "user"], messages.Select(m => (string?)m!["role"]));
        Assert.Equal("Autumn in the Alps", ContentOf(messages[1]!));
        var system = ContentOf(messages[0]!);
        Assert.Contains("at most 120 words", system, StringComparison.Ordinal);
        Assert.Contains("Tone: playful.", system, StringComparison.Ordinal);
        Assert.Contains("Language: de.", system, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Image_OpenAI_AsksForOneImageWithoutAResponseFormat()
    {
        await using var server = await ProviderServer.StartAsync(200, ProviderResponses.Image(ProviderResponses.Png(1536, 1024)));
        await using var providers = Providers.OpenAI(server);

        var image = await providers.Catalog.Image(null).GenerateAsync(
            new ImageRequest(new GenerationCall(Campaign, "image/3", 1), "A lake at dawn", "1536x1024", "medium", "webp"), default);

        Assert.Equal(ProviderResponses.Png(1536, 1024), image.Bytes.ToArray());
        Assert.Equal(("image/png", 1536, 1024), (image.ContentType, image.Width, image.Height));
        Assert.Equal(new TokenUsage(18, 272, 290), image.Usage);
        Assert.Equal("an-image-model", image.Model);
        var request = Assert.Single(server.Requests);
        Assert.Equal("/v1/images/generations", request.Path);
        Assert.Equal($"{Campaign}/image/3/1", request.Headers["Idempotency-Key"]);
        var body = Assert.IsType<JsonObject>(request.Body);
        Assert.Equal("A lake at dawn", (string?)body["prompt"]);
        Assert.Equal("1536x1024", (string?)body["size"]);
        Assert.Equal("medium", (string?)body["quality"]);
        Assert.Equal("webp", (string?)body["output_format"]);
        Assert.Equal($"{Campaign}/image/3", (string?)body["user"]);
        Assert.Equal(1, (int?)body["n"] ?? 1);
        Assert.False(body.ContainsKey("response_format"));
    }

    [Fact]
    public async Task Image_SizeAuto_IsLeftToTheProvider()
    {
        await using var server = await ProviderServer.StartAsync(200, ProviderResponses.Image(ProviderResponses.Png(8, 8)));
        await using var providers = Providers.OpenAI(server);

        await providers.Catalog.Image(null).GenerateAsync(Providers.ImageRequest(size: "auto"), default);

        Assert.False(Assert.IsType<JsonObject>(server.Requests.Single().Body).ContainsKey("size"));
    }

    [Fact]
    public async Task TextAndImage_Azure_CallTheDeploymentsWithoutAResponseFormat()
    {
        await using var server = await ProviderServer.StartAsync(context => context.Response.WriteAsync(
            context.Request.Path.Value!.EndsWith("completions", StringComparison.Ordinal)
                ? ProviderResponses.Chat("Pack light.")
                : ProviderResponses.Image(ProviderResponses.Png(8, 8))));
        await using var providers = Providers.AzureOpenAI(server);

        await providers.WriteAsync();
        await providers.PaintAsync();

        var requests = server.Requests.ToArray();
        Assert.Equal(
            ["/openai/deployments/a-text-deployment/chat/completions", "/openai/deployments/an-image-deployment/images/generations"],
            requests.Select(r => r.Path));
        Assert.All(requests, r => Assert.Equal(Providers.Key, r.Headers["api-key"]));
        Assert.All(requests, r => Assert.NotEmpty(r.Headers["Idempotency-Key"]));
        Assert.False(Assert.IsType<JsonObject>(requests[1].Body).ContainsKey("response_format"));
    }

    [Fact]
    public async Task Text_AzureIsBusy_IsCalledOnce()
    {
        await using var server = await ProviderServer.StartAsync(429, "{}", headers: ("Retry-After", "0"));
        await using var providers = Providers.AzureOpenAI(server);

        var failure = await Assert.ThrowsAsync<GenerationException>(() => providers.WriteAsync());

        Assert.Equal(GenerationErrorCodes.RateLimited, failure.Code);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Text_ConcurrentCalls_EachCarryTheirOwnKey()
    {
        await using var server = await ProviderServer.StartAsync(200, ProviderResponses.Chat("Pack light."));
        await using var providers = Providers.OpenAI(server);
        var requests = Enumerable.Range(0, 20).Select(i => Providers.TextRequest($"Prompt {i}")).ToArray();

        await Task.WhenAll(requests.Select(r => providers.Catalog.Text(null).GenerateAsync(r, default)));

        Assert.All(requests, r =>
        {
            var sent = server.Requests.Single(s => ContentOf(s.Body!["messages"]![1]!) == r.Prompt);
            Assert.Equal($"{r.Call.CampaignId}/text/1", sent.Headers["Idempotency-Key"]);
        });
    }

    [Theory]
    [InlineData("1024x1024", "low", "gif")]
    [InlineData("1024x1024", "best", "png")]
    [InlineData("1024", "low", "png")]
    [InlineData("0x1024", "low", "png")]
    public async Task Image_UnsupportedRequest_IsRefusedWithoutACall(string size, string quality, string format)
    {
        await using var server = await ProviderServer.StartAsync(200, "{}");
        await using var providers = Providers.OpenAI(server);

        var failure = await Assert.ThrowsAsync<GenerationException>(
            () => providers.Catalog.Image(null).GenerateAsync(Providers.ImageRequest(size: size, quality: quality, format: format), default));

        Assert.Equal((GenerationErrorCodes.InvalidRequest, false), (failure.Code, failure.IsTransient));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Image_WebpFromAzure_IsRefusedWithoutACall()
    {
        await using var server = await ProviderServer.StartAsync(200, "{}");
        await using var providers = Providers.AzureOpenAI(server);

        var failure = await Assert.ThrowsAsync<GenerationException>(
            () => providers.Catalog.Image(null).GenerateAsync(Providers.ImageRequest(format: "webp"), default));

        Assert.Equal(GenerationErrorCodes.InvalidRequest, failure.Code);
        Assert.Contains("png, jpeg", failure.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    private static string ContentOf(JsonNode message) =>
        message["content"] is JsonArray parts ? string.Concat(parts.Select(p => (string?)p!["text"])) : (string?)message["content"] ?? "";
}
