using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Atelier.Generation.Callbacks;
using Atelier.Generation.Calls;
using Atelier.Generation.Jobs;

namespace Atelier.Generation.Replicate;

/// <summary>Orders images as predictions, which Replicate reports by webhook.</summary>
/// <param name="options">The settings.</param>
/// <param name="http">The connections.</param>
/// <param name="images">Fetches the images; their addresses expire in an hour.</param>
/// <param name="callbacks">Where predictions are reported to.</param>
/// <param name="caller">Runs the calls.</param>
/// <param name="time">The clock that webhooks' times are measured by.</param>
internal sealed class ReplicateGenerator(
    ReplicateOptions options, ProviderHttp http, ProviderImages images, CallbackAddress callbacks, ProviderCaller caller, TimeProvider time)
    : IAsyncImageGenerator
{
    private readonly string _base = options.Endpoint.AbsoluteUri.TrimEnd('/');

    // https://replicate.com/docs/reference/http, "predictions.get".
    private readonly ImageJobReader _jobs = new(caller.Provider, options.Model, ["output"], images, caller.Failures);

    /// <inheritdoc/>
    public string Provider => caller.Provider;

    /// <inheritdoc/>
    public string Model => options.Model;

    // What most of its image models take; only what a caller asked for is sent.
    /// <inheritdoc/>
    public ImageCapabilities Capabilities { get; } = ImageCapabilities.AllFormats with { Seed = true, NegativePrompt = true };

    /// <inheritdoc/>
    public JobTiming JobTiming => options.JobTiming;

    // Replicate calls webhooks over TLS alone; a self-hosted one on this machine may do without.
    private bool OrdersWebhook => options.WebhookKey is not null && callbacks.IsKnown && (callbacks.IsSecure || options.Endpoint.IsLoopback);

    /// <inheritdoc/>
    public Task<string> SubmitAsync(ImageRequest request, CancellationToken cancellationToken)
    {
        var order = OrderOf(request);
        return caller.RunAsync(
            async token =>
            {
                using var message = NewMessage(HttpMethod.Post, $"models/{options.Model}/predictions");
                message.Content = JsonContent.Create(order);
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
                    using var message = NewMessage(HttpMethod.Get, $"predictions/{Uri.EscapeDataString(jobId)}");
                    return _jobs.Read(jobId, await http.SendForImageAsync(Provider, message, token));
                },
                cancellationToken);
        }
        catch (GenerationException e) when (e.HttpStatus is 404 or 410)
        {
            // The job existed: one that is gone can be ordered again.
            return new ImageJob(jobId, ImageJobStatus.Failed, Failure: caller.Failures.JobLost(Provider));
        }
    }

    /// <inheritdoc/>
    public Task CancelAsync(string jobId, CancellationToken cancellationToken) => caller.RunAsync(
        async token =>
        {
            using var message = NewMessage(HttpMethod.Post, $"predictions/{Uri.EscapeDataString(jobId)}/cancel");
            await http.SendAsync(Provider, message, token);
            return true;
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<GeneratedImage> FetchAsync(string output, CancellationToken cancellationToken) =>
        caller.RunAsync(token => images.FetchAsync(output, Model, usage: null, token), cancellationToken);

    /// <inheritdoc/>
    public int MaxCallbackLength => options.MaxCallbackLength;

    /// <inheritdoc/>
    public CallbackSignature BeginCallback(Func<string, string?> header) => options.WebhookKey is { } key
        ? CallbackSignature.BeginStandard(key, header, time.GetUtcNow())
        : throw new CallbackRefusedException("No webhook secret is configured for this provider.");

    /// <inheritdoc/>
    public ImageJob ReadCallback(ReadOnlyMemory<byte> body) => _jobs.ReadCallback(body);

    private HttpRequestMessage NewMessage(HttpMethod method, string path)
    {
        var message = new HttpRequestMessage(method, $"{_base}/{path}");
        message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.ApiToken.Reveal());
        return message;
    }

    private JsonObject OrderOf(ImageRequest request)
    {
        var order = new JsonObject
        {
            ["input"] = new JsonObject
            {
                ["prompt"] = request.Prompt,
                ["aspect_ratio"] = AspectOf(request.Size),
                ["num_outputs"] = 1,
                ["output_format"] = request.Format == "jpeg" ? "jpg" : request.Format,
                ["output_quality"] = request.Quality switch { "low" => 60, "high" => 95, _ => 80 },
            },
        };
        if (request.Seed is { } seed)
            order["input"]!["seed"] = seed;
        if (request.NegativePrompt is { } negative)
            order["input"]!["negative_prompt"] = negative;
        if (OrdersWebhook)
        {
            order["webhook"] = callbacks.For(Provider, request.Call);
            order["webhook_events_filter"] = new JsonArray("completed");
        }

        return order;
    }

    // Image models on Replicate take the aspect ratio; the model decides the pixels.
    private string AspectOf(string size)
    {
        var (width, height) = ImageSize.Of(Provider, size);
        var (a, b) = (width, height);
        while (b != 0)
            (a, b) = (b, a % b);
        return $"{width / a}:{height / a}";
    }
}
