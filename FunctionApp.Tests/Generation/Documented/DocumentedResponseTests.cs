using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Atelier.Generation;
using Microsoft.AspNetCore.Http;

namespace FunctionApp.Tests.Generation.Documented;

/// <summary>The providers' clients, over HTTP, with the responses that the providers' documentation shows.</summary>
public sealed class DocumentedResponseTests
{
    private const string WebhookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static readonly byte[] Picture = ProviderResponses.Png(512, 768);

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var (provider, response) in DocumentedResponse.All) cases.Add(provider, response.Name);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Client_DocumentedResponse_IsReadAsExpected(string provider, string name)
    {
        var response = DocumentedResponse.Of(provider, name);
        var body = "";
        await using var server = await ProviderServer.StartAsync(context => RespondAsync(context, response, body));
        body = response.BodyFrom(server.Address, Picture);
        await using var providers = Create(server);

        if (response.Expected.Code is null)
            await SucceedsAsync(providers.Catalog, provider, response, body);
        else
            await FailsAsync(providers.Catalog, provider, response);
    }

    private static async Task SucceedsAsync(GeneratorCatalog catalog, string provider, DocumentedResponse response, string body)
    {
        var expected = response.Expected;
        switch (response.Operation)
        {
            case "text":
                var text = await catalog.Text(provider).GenerateAsync(Providers.TextRequest(), default);
                Assert.Equal((expected.Text, expected.Model), (text.Content, text.Model));
                Assert.Equal(expected.Usage, UsageOf(text.Usage));
                break;
            case "image":
                var image = await catalog.Image(provider).GenerateAsync(Providers.ImageRequest(), default);
                Assert.Equal(Picture, image.Bytes.ToArray());
                Assert.Equal(("image/png", 512, 768), (image.ContentType, image.Width, image.Height));
                Assert.Equal(expected.Usage, UsageOf(image.Usage));
                break;
            case "submit":
                Assert.Equal(expected.Job, await catalog.AsyncImage(provider).SubmitAsync(Providers.ImageRequest(), default));
                break;
            case "poll":
                await IsReadAsync(catalog.AsyncImage(provider), await catalog.AsyncImage(provider).PollAsync(expected.Job!, default), expected);
                break;
            default:
                var generator = catalog.AsyncImage(provider);
                using (var signature = generator.BeginCallback(Signed(body)))
                {
                    signature.Append(Encoding.UTF8.GetBytes(body));
                    signature.Verify();
                }

                await IsReadAsync(generator, generator.ReadCallback(Encoding.UTF8.GetBytes(body)), expected);
                break;
        }
    }

    private static async Task IsReadAsync(IAsyncImageGenerator generator, ImageJob job, ExpectedOutcome expected)
    {
        Assert.Equal((expected.Job, expected.State), (job.Id, job.Status.ToString()));
        if (expected.Failure is not null)
            Assert.Equal(expected.Failure, job.Failure!.Code);
        if (expected.Image)
            Assert.Equal(Picture, (job.Image ?? await generator.FetchAsync(job.Output!, default)).Bytes.ToArray());
    }

    private static async Task FailsAsync(GeneratorCatalog catalog, string provider, DocumentedResponse response)
    {
        var failure = await Assert.ThrowsAsync<GenerationException>(() => response.Operation switch
        {
            "text" => catalog.Text(provider).GenerateAsync(Providers.TextRequest(), default),
            "image" => catalog.Image(provider).GenerateAsync(Providers.ImageRequest(), default),
            _ => (Task)catalog.AsyncImage(provider).SubmitAsync(Providers.ImageRequest(), default),
        });

        var expected = response.Expected;
        Assert.Equal((provider, expected.Code, expected.IsTransient), (failure.Provider, failure.Code, failure.IsTransient));
        if (response.Status >= 300)
            Assert.Equal(response.Status, failure.HttpStatus);
        Assert.Equal(expected.RetryAfterMs, failure.RetryAfter?.TotalMilliseconds);
        Assert.Contains(expected.Says ?? "", failure.Message, StringComparison.Ordinal);
    }

    private static Task RespondAsync(HttpContext context, DocumentedResponse response, string body)
    {
        if (context.Request.Path.StartsWithSegments("/files", StringComparison.Ordinal))
            return context.Response.Body.WriteAsync(Picture).AsTask();
        context.Response.StatusCode = response.Status;
        context.Response.ContentType = "application/json";
        foreach (var (name, value) in response.Headers ?? new Dictionary<string, string>())
            context.Response.Headers[name] = value;
        return context.Response.WriteAsync(body);
    }

    private static Func<string, string?> Signed(string body)
    {
        var time = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = HMACSHA256.HashData(Convert.FromBase64String(WebhookSecret[6..]), Encoding.UTF8.GetBytes($"msg_1.{time}.{body}"));
        return name => name switch
        {
            "webhook-id" => "msg_1",
            "webhook-timestamp" => time,
            "webhook-signature" => $"v1,{Convert.ToBase64String(signature)}",
            _ => null,
        };
    }

    private static long[]? UsageOf(TokenUsage? usage) => usage is null ? null : [usage.InputTokens, usage.OutputTokens, usage.TotalTokens];

    private static Providers Create(ProviderServer server) => new(
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
        ("Providers:Replicate:WebhookSecret", WebhookSecret));
}
