using System.Text.Json.Nodes;
using Atelier.Generation;

namespace FunctionApp.Tests.Generation;

/// <summary>Texts that were cut at their length limit: half a sentence is not a campaign's text.</summary>
public sealed class TruncatedTextTests
{
    [Fact]
    public async Task Text_Cut_FailsAndMayBeRetried()
    {
        await using var server = await ProviderServer.StartAsync(200, ProviderResponses.Chat("The sea is warm and the cat looks at the", "length"));
        await using var providers = Providers.OpenAI(server);

        var failure = await Assert.ThrowsAsync<GenerationException>(() => providers.WriteAsync());

        Assert.Equal((GenerationErrorCodes.Truncated, true), (failure.Code, failure.IsTransient));
    }

    [Theory]
    [InlineData("openai", "max_completion_tokens")]
    [InlineData("azure-openai", "max_completion_tokens")]
    [InlineData("gemini", "max_tokens")]
    public async Task Text_AfterACutOne_AsksForAHigherLimit(string provider, string field)
    {
        await using var server = await ProviderServer.StartAsync(200, ProviderResponses.Chat("Pack light."));
        await using var providers = Create(server);
        var generator = providers.Catalog.Text(provider);

        await generator.GenerateAsync(Providers.TextRequest(), default);
        await generator.GenerateAsync(Providers.TextRequest() with { HasMoreRoom = true }, default);

        Assert.Equal([false, true], server.Requests.Select(request => Assert.IsType<JsonObject>(request.Body).ContainsKey(field)));
        Assert.InRange((int)server.Requests.Last().Body![field]!, 8_000, 32_000);
    }

    [Fact]
    public async Task Text_ModelRefusesTheHigherLimit_IsTruncatedAndNotAnInvalidRequest()
    {
        await using var server = await ProviderServer.StartAsync(
            400, """{"error":{"message":"max_tokens is too large: 16384.","type":"invalid_request_error","code":"invalid_value"}}""");
        await using var providers = Providers.OpenAI(server);

        var failure = await Assert.ThrowsAsync<GenerationException>(
            () => providers.Catalog.Text(null).GenerateAsync(Providers.TextRequest() with { HasMoreRoom = true }, default));

        Assert.Equal(GenerationErrorCodes.Truncated, failure.Code);
    }

    [Fact]
    public async Task Text_FilteredAtTheHigherLimit_IsStillFiltered()
    {
        await using var server = await ProviderServer.StartAsync(400, """{"error":{"message":"No.","code":"content_filter"}}""");
        await using var providers = Providers.OpenAI(server);

        var failure = await Assert.ThrowsAsync<GenerationException>(
            () => providers.Catalog.Text(null).GenerateAsync(Providers.TextRequest() with { HasMoreRoom = true }, default));

        Assert.Equal(GenerationErrorCodes.ContentFilter, failure.Code);
    }

    private static Providers Create(ProviderServer server) => new(
        ("Providers:Image", "openai"),
        ("Providers:OpenAI:Endpoint", $"{server.Address}/v1"),
        ("Providers:OpenAI:ApiKey", Providers.Key),
        ("Providers:AzureOpenAI:Endpoint", server.Address),
        ("Providers:AzureOpenAI:ApiKey", Providers.Key),
        ("Providers:AzureOpenAI:TextDeployment", "words"),
        ("Providers:Gemini:Endpoint", $"{server.Address}/v1beta/openai/"),
        ("Providers:Gemini:ApiKey", Providers.Key));
}
