using System.Text;
using Atelier.Configuration;
using Atelier.Generation;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionApp.Tests.Generation;

/// <summary>Responses of every provider that are longer than may be read.</summary>
public sealed class ResponseLimitTests
{
    private const int Mebibyte = 1 << 20;

    public static TheoryData<string> TextProviders => new("openai", "azure-openai", "gemini");

    public static TheoryData<string> ImageProviders => new("openai", "azure-openai", "stable-diffusion");

    public static TheoryData<string> OrderProviders => new("replicate", "callback");

    [Theory]
    [MemberData(nameof(TextProviders))]
    public async Task Text_LongerThanTheLimit_IsUnusableAndNotReadOn(string provider)
    {
        await using var server = await EndlessAsync(withLength: false);
        await using var providers = Create(server);

        var failure = await Assert.ThrowsAsync<GenerationException>(
            () => providers.Catalog.Text(provider).GenerateAsync(Providers.TextRequest(), default));

        Assert.Equal((GenerationErrorCodes.UnusableResponse, provider), (failure.Code, failure.Provider));
    }

    [Theory]
    [MemberData(nameof(TextProviders))]
    public async Task Text_AnnouncedAsLongerThanTheLimit_IsUnusable(string provider)
    {
        await using var server = await EndlessAsync(withLength: true);
        await using var providers = Create(server);

        var failure = await Assert.ThrowsAsync<GenerationException>(
            () => providers.Catalog.Text(provider).GenerateAsync(Providers.TextRequest(), default));

        Assert.Equal(GenerationErrorCodes.UnusableResponse, failure.Code);
    }

    [Theory]
    [MemberData(nameof(ImageProviders))]
    public async Task Image_LongerThanTheLimit_IsUnusableAndNotReadOn(string provider)
    {
        await using var server = await EndlessAsync(withLength: false);
        await using var providers = Create(server);

        var failure = await Assert.ThrowsAsync<GenerationException>(
            () => providers.Catalog.Image(provider).GenerateAsync(Providers.ImageRequest(), default));

        Assert.Equal((GenerationErrorCodes.UnusableResponse, provider), (failure.Code, failure.Provider));
    }

    [Theory]
    [MemberData(nameof(OrderProviders))]
    public async Task OrderPollAndDownload_LongerThanTheLimit_AreUnusable(string provider)
    {
        await using var server = await EndlessAsync(withLength: false);
        await using var providers = Create(server);
        var generator = providers.Catalog.AsyncImage(provider);

        foreach (var call in (Func<Task>[])
        [
            () => generator.SubmitAsync(Providers.ImageRequest(), default),
            () => generator.PollAsync("job-1", default),
            () => generator.FetchAsync($"{server.Address}/files/1.png", default),
            () => generator.CancelAsync("job-1", default),
        ])
        {
            Assert.Equal(GenerationErrorCodes.UnusableResponse, (await Assert.ThrowsAsync<GenerationException>(call)).Code);
        }
    }

    [Fact]
    public async Task Failure_EndlessBody_IsReadOnlyUpToTheLimit()
    {
        await using var server = await ProviderServer.StartAsync(async context =>
        {
            context.Response.StatusCode = 503;
            await DripAsync(context, "no ");
        });
        await using var providers = Create(server);

        var text = await Assert.ThrowsAsync<GenerationException>(() => providers.Catalog.Text("openai").GenerateAsync(Providers.TextRequest(), default));
        var image = await Assert.ThrowsAsync<GenerationException>(
            () => providers.Catalog.Image("stable-diffusion").GenerateAsync(Providers.ImageRequest(), default));

        Assert.Equal((GenerationErrorCodes.ServerError, 503), (text.Code, text.HttpStatus));
        Assert.Equal((GenerationErrorCodes.ServerError, 503), (image.Code, image.HttpStatus));
    }

    [Fact]
    public async Task Image_AtTheLimit_IsAccepted()
    {
        byte[] picture = [.. ProviderResponses.Png(8, 8), .. new byte[Mebibyte - ProviderResponses.Png(8, 8).Length]];
        await using var server = await ProviderServer.StartAsync(200, ProviderResponses.Image(picture));
        await using var providers = Create(server);

        Assert.Equal(Mebibyte, (await providers.Catalog.Image("openai").GenerateAsync(Providers.ImageRequest(), default)).Bytes.Length);
    }

    [Fact]
    public async Task Image_OneByteLarger_IsUnusable()
    {
        byte[] picture = [.. ProviderResponses.Png(8, 8), .. new byte[Mebibyte + 1 - ProviderResponses.Png(8, 8).Length]];
        await using var server = await ProviderServer.StartAsync(context => context.Request.Path.StartsWithSegments("/files", StringComparison.Ordinal)
            ? context.Response.Body.WriteAsync(picture).AsTask()
            : context.Response.WriteAsync(ProviderResponses.Image(picture)));
        await using var providers = Create(server);

        var encoded = await Assert.ThrowsAsync<GenerationException>(
            () => providers.Catalog.Image("openai").GenerateAsync(Providers.ImageRequest(), default));
        var fetched = await Assert.ThrowsAsync<GenerationException>(
            () => providers.Catalog.AsyncImage("replicate").FetchAsync($"{server.Address}/files/1.png", default));

        Assert.Equal((GenerationErrorCodes.UnusableResponse, GenerationErrorCodes.UnusableResponse), (encoded.Code, fetched.Code));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("201")]
    [InlineData("large")]
    public void Limit_OutOfBounds_NamesTheSetting(string value)
    {
        var configuration = Providers.Configuration(("Providers:OpenAI:ApiKey", Providers.Key), ("Providers:MaxImageMegabytes", value));

        var failure = Assert.Throws<SettingException>(() => new ServiceCollection().AddGeneration(configuration));

        Assert.Equal("Providers:MaxImageMegabytes", failure.Setting);
    }

    // Endless until its reader leaves: a client that read on would never end.
    private static Task<ProviderServer> EndlessAsync(bool withLength) => ProviderServer.StartAsync(async context =>
    {
        context.Response.ContentType = "application/json";
        if (withLength)
            context.Response.ContentLength = long.MaxValue;
        await DripAsync(context, " ");
    });

    private static async Task DripAsync(HttpContext context, string text)
    {
        var block = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(text, 64 << 10)));
        while (!context.RequestAborted.IsCancellationRequested)
            await context.Response.Body.WriteAsync(block, context.RequestAborted);
    }

    private static Providers Create(ProviderServer server) => new(
        ("PublicUrl", "https://atelier.example.org"),
        ("Providers:MaxImageMegabytes", "1"),
        ("Providers:OpenAI:Endpoint", $"{server.Address}/v1"),
        ("Providers:OpenAI:ApiKey", Providers.Key),
        ("Providers:AzureOpenAI:Endpoint", server.Address),
        ("Providers:AzureOpenAI:ApiKey", Providers.Key),
        ("Providers:AzureOpenAI:TextDeployment", "words"),
        ("Providers:AzureOpenAI:ImageDeployment", "pictures"),
        ("Providers:Gemini:Endpoint", $"{server.Address}/v1beta/openai/"),
        ("Providers:Gemini:ApiKey", Providers.Key),
        ("Providers:StableDiffusion:Endpoint", server.Address),
        ("Providers:Replicate:Endpoint", $"{server.Address}/v1"),
        ("Providers:Replicate:ApiToken", Providers.Key),
        ("Providers:Callback:Endpoint", $"{server.Address}/jobs"),
        ("Providers:Callback:Secret", "a secret of at least 16"));
}
