using AiSimulator.Calls;
using AiSimulator.Faults;
using AiSimulator.Http;
using AiSimulator.Jobs;
using AiSimulator.Painting;
using AiSimulator.Webhooks;

namespace AiSimulator.Providers.Replicate;

/// <summary>Replicate's predictions: creating, reading and canceling them, and reporting them by webhook.</summary>
internal sealed class ReplicateEndpoints(CallPipeline pipeline, JobStore jobs, JobRunner runner, Latency latency, SimulatorOptions options) : IJobReporter
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromMilliseconds(25);

    private readonly ReplicateDialect _dialect = new();

    public string Provider => ReplicateDialect.Name;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/models/{owner}/{name}/predictions", (HttpContext http, string owner, string name) => CreateAsync(http, $"{owner}/{name}"));
        routes.MapPost("/v1/predictions", (HttpContext http) => CreateAsync(http, null));
        routes.MapGet("/v1/predictions/{id}", (HttpContext http, string id) => pipeline.RunForJobAsync(
            http, _dialect, Operations.Poll, jobs.Find(Provider, id), async (job, _, cancellation) =>
                Reply.Json(200, Prediction.Of(job, CarriesPicture(job) ? await runner.PictureAsync(job, 0, cancellation) : null))));
        routes.MapPost("/v1/predictions/{id}/cancel", (HttpContext http, string id) => pipeline.RunForJobAsync(
            http, _dialect, Operations.Cancel, jobs.Find(Provider, id), (job, _, _) => Task.FromResult(Reply.Json(200, Prediction.Of(runner.Cancel(job, this))))));
        routes.MapGet("/v1/webhooks/default/secret", () => Results.Json(new { key = options.ReplicateWebhookSecret }));
    }

    public Webhook? Report(Job job, byte[]? picture, bool isForged)
    {
        var name = job.IsEnded ? "completed" : "start";
        if (job.Webhook is null || (job.WebhookEvents is { } wanted && !wanted.Contains(name))) return null;
        var body = Reply.ToJson(isForged ? Prediction.Forged(job) : Prediction.Of(job, CarriesPicture(job) ? picture : null));
        var id = $"msg_{Dice.Hash(job.Id, name):x16}";
        var secret = isForged ? "whsec_Zm9yZ2VkLWZvcmdlZC1mb3JnZWQ=" : options.ReplicateWebhookSecret;
        return new Webhook(job.Webhook, body, name, now =>
        [
            new("webhook-id", id),
            new("webhook-timestamp", now.ToUnixTimeSeconds().ToString()),
            new("webhook-signature", Signatures.Standard(secret, id, now.ToUnixTimeSeconds(), body)),
        ]);
    }

    private static bool CarriesPicture(Job job) => job is { State: JobState.Succeeded, Fault.Kind: FaultKind.ImageData };

    public string ErrorOf(FaultKind kind) => kind == FaultKind.Moderation
        ? "NSFW content detected. Try running it again, or try a different prompt."
        : "Prediction failed: the model stopped with an error.";

    private Task CreateAsync(HttpContext http, string? model) => pipeline.RunAsync(
        http,
        _dialect,
        Operations.Image,
        PredictionRequest.Read,
        async (request, call, cancellation) =>
        {
            if (model is null && request.Version is null) throw new InvalidRequestException("version", "version is required");
            var wait = WaitOf(http.Request.Headers["Prefer"].ToString());
            var job = NewJob(request, call, model ?? request.Version!);
            await runner.StartAsync(job, this);
            var since = options.Clock.GetTimestamp();
            while (wait is { } longest && !jobs.Find(Provider, job.Id)!.IsEnded && options.Clock.GetElapsedTime(since) < longest)
                await Task.Delay(CheckInterval, options.Clock, cancellation);

            // Without "Prefer: wait" the response shows the prediction as it was created.
            var seen = wait is null && job.Fault?.Kind != FaultKind.CallbackEarly ? job : jobs.Find(Provider, job.Id)!;
            return Reply.Json(wait is not null && !seen.IsEnded ? 202 : 201, Prediction.Of(seen));
        },
        isAccepted: true);

    private Job NewJob(PredictionRequest request, Call call, string model) => new()
    {
        Id = $"{Dice.Hash("prediction", call.Record.RequestId):x16}{call.Record.Number:x6}",
        Provider = Provider,
        Campaign = call.Record.Campaign,
        Part = call.Record.Part,
        Prompt = request.Prompt,
        Model = model,
        Order = new PictureOrder(FaultDirective.Strip(request.Prompt), call.PlaceOf(request.Seed), request.Width, request.Height)
        {
            Format = request.Format,
            Compression = request.Quality,
            Seed = request.Seed,
        },
        Count = request.Count,
        BaseUrl = call.BaseUrl,
        Duration = latency.Of(call.Record),
        Input = request.Input,
        Webhook = request.Webhook,
        WebhookEvents = request.WebhookEvents,
        Fault = call.Fault,
        CreatedAt = options.Clock.GetUtcNow(),
    };

    /// <summary><c>Prefer: wait</c> is a minute, <c>Prefer: wait=n</c> n seconds, 1 to 60.</summary>
    private static TimeSpan? WaitOf(string prefer)
    {
        if (!prefer.StartsWith("wait", StringComparison.OrdinalIgnoreCase)) return null;
        return TimeSpan.FromSeconds(prefer.Length > 5 && int.TryParse(prefer.AsSpan(5), out var seconds) ? Math.Clamp(seconds, 1, 60) : 60);
    }
}
