using Atelier.Generation;
using Microsoft.AspNetCore.Http;

namespace FunctionApp.Tests.Generation;

/// <summary>Successful responses without usable content, and responses that never come.</summary>
public sealed class BrokenResponseTests
{
    public static TheoryData<string, string> UselessTexts => new()
    {
        { "", GenerationErrorCodes.InvalidResponse },
        { "{", GenerationErrorCodes.InvalidResponse },
        { "<html></html>", GenerationErrorCodes.InvalidResponse },
        { """{"choices":[]}""", GenerationErrorCodes.InvalidResponse },
        { ProviderResponses.Chat(null), GenerationErrorCodes.InvalidResponse },
        { ProviderResponses.Chat(" \n "), GenerationErrorCodes.InvalidResponse },
        { ProviderResponses.Chat("<think>Only this."), GenerationErrorCodes.InvalidResponse },
        { "[]", GenerationErrorCodes.UnusableResponse },
        { "{}", GenerationErrorCodes.UnusableResponse },
        { "7", GenerationErrorCodes.UnusableResponse },
        { """{"choices":"Pack light."}""", GenerationErrorCodes.UnusableResponse },
    };

    public static TheoryData<string, string> UselessImages => new()
    {
        { "", GenerationErrorCodes.InvalidResponse },
        { """{"created":1785758400,"data":[{"b64_json":"iVBORw0""", GenerationErrorCodes.InvalidResponse },
        { ProviderResponses.Images(""), GenerationErrorCodes.InvalidResponse },
        { "{}", GenerationErrorCodes.UnusableResponse },
        { ProviderResponses.Images("{}"), GenerationErrorCodes.UnusableResponse },
        { ProviderResponses.Images("""{"b64_json":""}"""), GenerationErrorCodes.UnusableResponse },
        { ProviderResponses.Images("""{"b64_json":7}"""), GenerationErrorCodes.UnusableResponse },
        { ProviderResponses.Images("""{"b64_json":"not base64 at all!"}"""), GenerationErrorCodes.UnusableResponse },
        { ProviderResponses.Images("""{"b64_json":"data:image/png,not-base64"}"""), GenerationErrorCodes.UnusableResponse },
        { ProviderResponses.Images("""{"url":"https://example.org/image.png"}"""), GenerationErrorCodes.UnusableResponse },
        { ProviderResponses.Images("""{"url":"file:///etc/passwd"}"""), GenerationErrorCodes.UnusableResponse },
        { ProviderResponses.Image([.. "<html>An error page</html>"u8]), GenerationErrorCodes.UnusableResponse },
        { ProviderResponses.Image(ProviderResponses.Png(0, 0)), GenerationErrorCodes.UnusableResponse },
        { ProviderResponses.Image(ProviderResponses.Png(8, 8)[..20]), GenerationErrorCodes.UnusableResponse },
    };

    [Theory]
    [MemberData(nameof(UselessTexts))]
    public async Task Text_UnusableResponse_HasTheCodeForEmptyOrNotUnderstood(string body, string code)
    {
        await using var server = await ProviderServer.StartAsync(200, body);
        await using var providers = Providers.OpenAI(server);

        var failure = await Assert.ThrowsAsync<GenerationException>(() => providers.WriteAsync());

        Assert.Equal((code, true), (failure.Code, failure.IsTransient));
    }

    [Theory]
    [MemberData(nameof(UselessImages))]
    public async Task Image_UnusableResponse_HasTheCodeForEmptyOrNotUnderstood(string body, string code)
    {
        await using var server = await ProviderServer.StartAsync(200, body);
        await using var providers = Providers.OpenAI(server);

        var failure = await Assert.ThrowsAsync<GenerationException>(() => providers.PaintAsync());

        Assert.Equal((code, true), (failure.Code, failure.IsTransient));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""[{"index":0,"message":{"role":"assistant","content":null},"finish_reason":"stop"}]""")]
    public async Task Text_ResponseWithoutAText_SaysSo(string choices)
    {
        await using var server = await ProviderServer.StartAsync(
            200, $$"""{"id":"chatcmpl-1","object":"chat.completion","created":0,"model":"a-model","choices":{{choices}},"usage":null}""");
        await using var providers = Providers.OpenAI(server);

        var failure = await Assert.ThrowsAsync<GenerationException>(() => providers.WriteAsync());

        Assert.Equal("The provider's response has no text.", failure.Message);
    }

    [Theory]
    [InlineData("content_filter", "Pack", null)]
    [InlineData("content_filter", null, null)]
    [InlineData("stop", null, "I cannot help with that.")]
    public async Task Text_FilteredOrRefused_IsFinal(string finishReason, string? content, string? refusal)
    {
        await using var server = await ProviderServer.StartAsync(200, ProviderResponses.Chat(content, finishReason, refusal));
        await using var providers = Providers.OpenAI(server);

        var failure = await Assert.ThrowsAsync<GenerationException>(() => providers.WriteAsync());

        Assert.Equal((GenerationErrorCodes.ContentFilter, false), (failure.Code, failure.IsTransient));
        Assert.Contains(refusal ?? "filter", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Image_ConnectionCutInTheResponse_IsTransient()
    {
        await using var server = await ProviderServer.StartAsync(async context =>
        {
            context.Response.ContentLength = 100_000;
            await context.Response.WriteAsync("""{"created":1785758400,"data":[{"b64_json":"iVBORw0""");
            await context.Response.Body.FlushAsync();
            context.Abort();
        });
        await using var providers = Providers.OpenAI(server);

        var failure = await Assert.ThrowsAsync<GenerationException>(() => providers.PaintAsync());

        Assert.Equal((GenerationErrorCodes.ConnectionFailed, true), (failure.Code, failure.IsTransient));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Text_ConnectionRefused_IsTransient()
    {
        var server = await ProviderServer.StartAsync(200, "{}");
        await using var providers = Providers.OpenAI(server);
        await server.DisposeAsync();

        var failure = await Assert.ThrowsAsync<GenerationException>(() => providers.WriteAsync());

        Assert.Equal((GenerationErrorCodes.ConnectionFailed, true, null), (failure.Code, failure.IsTransient, failure.HttpStatus));
    }

    [Fact]
    public async Task Text_NoResponseInTime_IsTransient()
    {
        await using var server = await ProviderServer.StartAsync(ProviderServer.HoldAsync);
        await using var providers = Providers.OpenAI(server, timeout: "0.25");

        var failure = await Assert.ThrowsAsync<GenerationException>(() => providers.WriteAsync());

        Assert.Equal((GenerationErrorCodes.Timeout, true), (failure.Code, failure.IsTransient));
    }

    [Fact]
    public async Task Text_ResponseDrips_TimesOut()
    {
        await using var server = await ProviderServer.StartAsync(async context =>
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
            while (await timer.WaitForNextTickAsync(context.RequestAborted))
            {
                await context.Response.WriteAsync(" ", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        });
        await using var providers = Providers.OpenAI(server, timeout: "0.5");

        var failure = await Assert.ThrowsAsync<GenerationException>(() => providers.WriteAsync()).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal((GenerationErrorCodes.Timeout, true), (failure.Code, failure.IsTransient));
    }

    [Fact]
    public async Task Text_CallerCancels_EndsAsCanceledAndLeavesTheProvider()
    {
        var left = new TaskCompletionSource();
        await using var server = await ProviderServer.StartAsync(async context =>
        {
            await ProviderServer.HoldAsync(context);
            left.SetResult();
        });
        await using var providers = Providers.OpenAI(server);
        using var cancellation = new CancellationTokenSource();

        var call = providers.WriteAsync(cancellation.Token);
        await Eventually.TrueAsync(() => Task.FromResult(server.Requests.Count == 1));
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await left.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }
}
