using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Atelier.Generation.Calls;
using Atelier.Generation.Jobs;

namespace Atelier.Generation.Callbacks;

/// <summary>
/// Orders images from a service with <c>POST {endpoint} {prompt, callbackUrl, …}</c>. If the service also supports <c>GET {endpoint}/{id}</c> and
/// <c>POST {endpoint}/{id}/cancel</c>, jobs whose callback is late are polled, and jobs that are no longer needed are canceled; otherwise (404, 405,
/// 501) only the callback is waited for. A service that has lost a job responds with 410.
/// </summary>
/// <param name="options">The settings.</param>
/// <param name="http">The connections.</param>
/// <param name="images">Fetches the images.</param>
/// <param name="callbacks">Where jobs are reported to.</param>
/// <param name="caller">Runs the calls.</param>
/// <param name="time">The clock that callbacks' times are measured by.</param>
internal sealed class CallbackGenerator(
    CallbackOptions options, ProviderHttp http, ProviderImages images, CallbackAddress callbacks, ProviderCaller caller, TimeProvider time)
    : IAsyncImageGenerator
{
    private readonly string _base = options.Endpoint.AbsoluteUri.TrimEnd('/');
    private readonly ImageJobReader _jobs = new(caller.Provider, options.Model, ["imageUrl", "b64"], images, caller.Failures);
    private readonly byte[] _key = Encoding.UTF8.GetBytes(options.Secret.Reveal());

    /// <inheritdoc/>
    public string Provider => caller.Provider;

    /// <inheritdoc/>
    public string Model => options.Model;

    // The order names both; what the service makes of them is its own.
    /// <inheritdoc/>
    public ImageCapabilities Capabilities { get; } = ImageCapabilities.AllFormats with { Seed = true, NegativePrompt = true };

    /// <inheritdoc/>
    public JobTiming JobTiming => options.JobTiming;

    /// <inheritdoc/>
    public Task<string> SubmitAsync(ImageRequest request, CancellationToken cancellationToken)
    {
        var (width, height) = ImageSize.Of(Provider, request.Size);
        var order = new JsonObject
        {
            ["prompt"] = request.Prompt,
            ["callbackUrl"] = callbacks.For(Provider, request.Call),
            ["size"] = $"{width}x{height}",
            ["quality"] = request.Quality,
            ["format"] = request.Format,
            ["user"] = request.Call.User,
        };
        if (request.Seed is { } seed)
            order["seed"] = seed;
        if (request.NegativePrompt is { } negative)
            order["negativePrompt"] = negative;
        return caller.RunAsync(
            async token =>
            {
                using var message = NewMessage(HttpMethod.Post, _base);
                message.Content = JsonContent.Create(order);
                // An order repeated after a crash gets the job that it created before.
                message.Headers.Add("Idempotency-Key", request.Call.IdempotencyKey);
                message.Headers.Add(ProviderHttp.PartHeader, request.Call.User);
                return _jobs.ReadId(await http.SendAsync(Provider, message, token));
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<ImageJob> PollAsync(string jobId, CancellationToken cancellationToken)
    {
        try
        {
            return await caller.RunAsync(
                async token =>
                {
                    using var message = NewMessage(HttpMethod.Get, $"{_base}/{Uri.EscapeDataString(jobId)}");
                    return _jobs.Read(jobId, await http.SendForImageAsync(Provider, message, token));
                },
                cancellationToken);
        }
        catch (GenerationException e) when (e.HttpStatus is 410)
        {
            return new ImageJob(jobId, ImageJobStatus.Failed, Failure: caller.Failures.JobLost(Provider));
        }
        catch (GenerationException e) when (e.HttpStatus is 404 or 405 or 501)
        {
            return new ImageJob(jobId, ImageJobStatus.Running);
        }
    }

    /// <inheritdoc/>
    public async Task CancelAsync(string jobId, CancellationToken cancellationToken)
    {
        try
        {
            await caller.RunAsync(
                async token =>
                {
                    using var message = NewMessage(HttpMethod.Post, $"{_base}/{Uri.EscapeDataString(jobId)}/cancel");
                    await http.SendAsync(Provider, message, token);
                    return true;
                },
                cancellationToken);
        }
        catch (GenerationException e) when (e.HttpStatus is 404 or 405 or 410 or 501)
        {
            // A service without this route finishes an image that is never fetched.
        }
    }

    /// <inheritdoc/>
    public Task<GeneratedImage> FetchAsync(string output, CancellationToken cancellationToken) =>
        caller.RunAsync(token => images.FetchAsync(output, Model, usage: null, token), cancellationToken);

    /// <inheritdoc/>
    public int MaxCallbackLength => options.MaxCallbackLength;

    /// <inheritdoc/>
    public CallbackSignature BeginCallback(Func<string, string?> header) => CallbackSignature.BeginHex(_key, header, time.GetUtcNow());

    /// <inheritdoc/>
    public ImageJob ReadCallback(ReadOnlyMemory<byte> body) => _jobs.ReadCallback(body);

    private HttpRequestMessage NewMessage(HttpMethod method, string address)
    {
        var message = new HttpRequestMessage(method, address);
        if (options.ApiKey is { } key)
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key.Reveal());
        return message;
    }
}
