using Atelier.Generation;
using FunctionApp.Tests.Simulator;

namespace FunctionApp.Tests.Generation;

/// <summary>The providers against the simulator: each understands the other, and each fault has its code.</summary>
public sealed class SimulatorTests(SimulatorFixture simulator) : IClassFixture<SimulatorFixture>
{
    [Theory]
    [InlineData("openai")]
    [InlineData("azure-openai")]
    public async Task Text_IsWrittenAboutThePrompt(string provider)
    {
        await using var providers = Create();

        var text = await providers.Catalog.Text(provider).GenerateAsync(
            Providers.TextRequest("Wooden sailing boats") with { MaxWords = 80 }, default);

        Assert.NotEmpty(text.Content);
        Assert.True(text.Usage!.TotalTokens > 0);
    }

    [Theory]
    [InlineData("openai", "1024x1024", "png", "image/png", 1024, 1024)]
    [InlineData("openai", "1536x1024", "jpeg", "image/jpeg", 1536, 1024)]
    [InlineData("azure-openai", "1024x1536", "png", "image/png", 1024, 1536)]
    [InlineData("azure-openai", "1024x1024", "jpeg", "image/jpeg", 1024, 1024)]
    public async Task Image_HasTheSizeAndFormatAskedFor(string provider, string size, string format, string contentType, int width, int height)
    {
        await using var providers = Create();

        var image = await providers.Catalog.Image(provider).GenerateAsync(Providers.ImageRequest(size: size, format: format), default);

        Assert.Equal((contentType, width, height), (image.ContentType, image.Width, image.Height));
        Assert.True(image.Usage!.OutputTokens > 0);
    }

    [Theory]
    [InlineData("429 retry-after=30", GenerationErrorCodes.RateLimited, true)]
    [InlineData("quota", GenerationErrorCodes.QuotaExceeded, false)]
    [InlineData("500", GenerationErrorCodes.ServerError, true)]
    [InlineData("503", GenerationErrorCodes.ServerError, true)]
    [InlineData("408", GenerationErrorCodes.Timeout, true)]
    [InlineData("499", GenerationErrorCodes.ConnectionFailed, true)]
    [InlineData("error-200", GenerationErrorCodes.RateLimited, true)]
    [InlineData("length", GenerationErrorCodes.Truncated, true)]
    [InlineData("400", GenerationErrorCodes.InvalidRequest, false)]
    [InlineData("401", GenerationErrorCodes.Unauthorized, false)]
    [InlineData("filtered", GenerationErrorCodes.ContentFilter, false)]
    [InlineData("refusal", GenerationErrorCodes.ContentFilter, false)]
    [InlineData("timeout delay=60", GenerationErrorCodes.Timeout, true)]
    [InlineData("slow delay=60", GenerationErrorCodes.Timeout, true)]
    [InlineData("reset", GenerationErrorCodes.ConnectionFailed, true)]
    [InlineData("cut", GenerationErrorCodes.ConnectionFailed, true)]
    [InlineData("malformed", GenerationErrorCodes.InvalidResponse, true)]
    [InlineData("empty", GenerationErrorCodes.InvalidResponse, true)]
    [InlineData("content-type", GenerationErrorCodes.InvalidResponse, true)]
    public async Task Text_Fault_HasItsCode(string fault, string code, bool isTransient)
    {
        foreach (var provider in new[] { "openai", "azure-openai" })
        {
            await using var providers = Create(timeout: "2");

            var failure = await Assert.ThrowsAsync<GenerationException>(
                () => providers.Catalog.Text(provider).GenerateAsync(Providers.TextRequest($"Boats [[fault: text {fault}]]"), default));

            Assert.Equal((provider, code, isTransient), (failure.Provider, failure.Code, failure.IsTransient));
        }
    }

    [Theory]
    [InlineData("bad-image", GenerationErrorCodes.UnusableResponse, true)]
    [InlineData("empty", GenerationErrorCodes.InvalidResponse, true)]
    [InlineData("cut", GenerationErrorCodes.ConnectionFailed, true)]
    [InlineData("429 retry-after-date=30", GenerationErrorCodes.RateLimited, true)]
    public async Task Image_Fault_HasItsCode(string fault, string code, bool isTransient)
    {
        await using var providers = Create();

        var failure = await Assert.ThrowsAsync<GenerationException>(
            () => providers.Catalog.Image("openai").GenerateAsync(Providers.ImageRequest($"Boats [[fault: image/0 {fault}]]"), default));

        Assert.Equal((code, isTransient), (failure.Code, failure.IsTransient));
    }

    [Theory]
    [InlineData("openai", GenerationErrorCodes.ModerationBlocked)]
    [InlineData("azure-openai", GenerationErrorCodes.ContentFilter)]
    public async Task Image_Moderated_IsFinal(string provider, string code)
    {
        await using var providers = Create();

        var failure = await Assert.ThrowsAsync<GenerationException>(
            () => providers.Catalog.Image(provider).GenerateAsync(Providers.ImageRequest("Boats [[fault: image moderation]]"), default));

        Assert.Equal((code, false), (failure.Code, failure.IsTransient));
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("azure-openai")]
    [InlineData("stable-diffusion")]
    public async Task Image_AsADataUrl_IsTaken(string provider)
    {
        await using var providers = Create();

        var image = await providers.Catalog.Image(provider).GenerateAsync(Providers.ImageRequest("Boats [[fault: image/0 image-data]]"), default);

        Assert.Equal(("image/png", 1024, 1024), (image.ContentType, image.Width, image.Height));
    }

    [Theory]
    [InlineData("replicate")]
    [InlineData("callback")]
    public async Task Job_ImageAsADataUrl_IsTaken(string provider)
    {
        await using var providers = Create();
        var generator = providers.Catalog.AsyncImage(provider);
        var id = await generator.SubmitAsync(Providers.ImageRequest("Boats [[fault: image/0 image-data]]"), default);

        ImageJob? job = null;
        await Eventually.TrueAsync(async () => (job = await generator.PollAsync(id, default)).Status != ImageJobStatus.Running);

        Assert.Equal(("image/png", 1024, 1024), (job!.Image!.ContentType, job.Image.Width, job.Image.Height));
    }

    [Fact]
    public async Task Text_CutOnce_CompletesWithAHigherLimit()
    {
        await using var providers = Create();
        var request = Providers.TextRequest("Boats [[fault: text length x*]]");
        await Assert.ThrowsAsync<GenerationException>(() => providers.Catalog.Text("openai").GenerateAsync(request, default));

        Assert.NotEmpty((await providers.Catalog.Text("openai").GenerateAsync(request with { HasMoreRoom = true }, default)).Content);
    }

    [Fact]
    public async Task Text_ShortWaitAskedFor_NextCallWaitsAndSucceeds()
    {
        await using var providers = Create();
        var request = Providers.TextRequest("Boats [[fault: text 429 x1 retry-after-ms=300]]");
        var failure = await Assert.ThrowsAsync<GenerationException>(() => providers.Catalog.Text("openai").GenerateAsync(request, default));
        var started = TimeProvider.System.GetTimestamp();

        var text = await providers.Catalog.Text("openai").GenerateAsync(request, default);

        Assert.NotEmpty(text.Content);
        Assert.Equal(TimeSpan.FromMilliseconds(300), failure.RetryAfter);
        Assert.True(TimeProvider.System.GetElapsedTime(started) > TimeSpan.FromMilliseconds(200));
    }

    private Providers Create(string timeout = "60") => new(
        ("PublicUrl", "http://127.0.0.1:9"),
        ("Providers:StableDiffusion:Endpoint", $"{simulator.Http.BaseAddress}"),
        ("Providers:Replicate:Endpoint", $"{simulator.Http.BaseAddress}v1"),
        ("Providers:Replicate:ApiToken", Providers.Key),
        ("Providers:Callback:Endpoint", $"{simulator.Http.BaseAddress}callback/jobs"),
        ("Providers:Callback:Secret", "a secret of at least 16"),
        ("Providers:OpenAI:Endpoint", $"{simulator.Http.BaseAddress}v1"),
        ("Providers:OpenAI:Timeout", timeout),
        ("Providers:AzureOpenAI:Endpoint", $"{simulator.Http.BaseAddress}"),
        ("Providers:AzureOpenAI:ApiKey", Providers.Key),
        ("Providers:AzureOpenAI:Timeout", timeout),
        ("Providers:AzureOpenAI:TextDeployment", "gpt-4.1-mini"),
        ("Providers:AzureOpenAI:ImageDeployment", "gpt-image-1"));
}
