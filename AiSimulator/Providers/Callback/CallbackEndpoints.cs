using System.Collections.Concurrent;
using AiSimulator.Calls;
using AiSimulator.Faults;
using AiSimulator.Http;
using AiSimulator.Jobs;
using AiSimulator.Painting;
using AiSimulator.Webhooks;

namespace AiSimulator.Providers.Callback;

/// <summary>
/// <c>POST /callback/jobs</c> gives 202 <c>{id, status}</c>. When the job has ended, <c>{id, status, imageUrl | b64 | error}</c> is posted to its
/// <c>callbackUrl</c>, with <c>X-Timestamp</c> and <c>X-Signature</c> (<see cref="Signatures.Hex"/>). <c>GET /callback/jobs/{id}</c> gives the same body;
/// <c>POST …/cancel</c> ends the job. A repeated <c>Idempotency-Key</c> gives the same job again.
/// </summary>
internal sealed class CallbackEndpoints(CallPipeline pipeline, JobStore jobs, JobRunner runner, Latency latency, SimulatorOptions options) : IJobReporter
{
    private readonly CallbackDialect _dialect = new();
    private readonly ConcurrentDictionary<string, string> _jobsByKey = new();

    public string Provider => CallbackDialect.Name;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/callback/jobs", SubmitAsync);
        routes.MapGet("/callback/jobs/{id}", (HttpContext http, string id) => pipeline.RunForJobAsync(
            http, _dialect, Operations.Poll, jobs.Find(Provider, id), (job, _, cancellation) => RespondAsync(200, job, cancellation)));
        routes.MapPost("/callback/jobs/{id}/cancel", (HttpContext http, string id) => pipeline.RunForJobAsync(
            http, _dialect, Operations.Cancel, jobs.Find(Provider, id), (job, _, cancellation) => RespondAsync(200, runner.Cancel(job, this), cancellation)));
    }

    public Webhook? Report(Job job, byte[]? picture, bool isForged)
    {
        if (job.Webhook is null || !job.IsEnded) return null;
        var body = Reply.ToJson(Describe(job, picture));
        if (isForged) body = Reply.ToJson(new { id = job.Id, status = "succeeded", imageUrl = $"{job.BaseUrl}/outputs/forged/0.png" });
        var secret = isForged ? "not-the-secret" : options.CallbackSecret;
        return new Webhook(job.Webhook, body, StatusOf(job), now =>
        {
            var timestamp = now.ToUnixTimeSeconds().ToString();
            return [new(Signatures.TimestampHeader, timestamp), new(Signatures.Header, Signatures.Hex(secret, timestamp, body))];
        });
    }

    public string ErrorOf(FaultKind kind) => kind == FaultKind.Moderation ? "moderation" : "generation_failed";

    private Task SubmitAsync(HttpContext http)
    {
        var idempotencyKey = http.Request.Headers["Idempotency-Key"].ToString();
        return pipeline.RunAsync(
            http, _dialect, Operations.Image, JobRequest.Read, (request, call, _) => AcceptAsync(request, call, idempotencyKey), isAccepted: true);
    }

    private async Task<Reply> AcceptAsync(JobRequest request, Call call, string idempotencyKey)
    {
        var id = $"job_{Dice.Hash("job", call.Record.RequestId):x16}{call.Record.Number:x6}";
        if (idempotencyKey.Length > 0 && _jobsByKey.GetOrAdd(idempotencyKey, id) is var first && first != id && jobs.Find(Provider, first) is { } known)
            return Reply.Json(202, new { id = first, status = StatusOf(known) });

        await runner.StartAsync(NewJob(id, request, call), this);
        return Reply.Json(202, new { id, status = "queued" });
    }

    private Job NewJob(string id, JobRequest request, Call call) => new()
    {
        Id = id,
        Provider = Provider,
        Campaign = call.Record.Campaign,
        Part = call.Record.Part,
        Prompt = request.Prompt,
        Model = null,
        Order = new PictureOrder(FaultDirective.Strip(request.Prompt), call.PlaceOf(seed: null), request.Width, request.Height) { Format = request.Format },
        Count = 1,
        BaseUrl = call.BaseUrl,
        Duration = latency.Of(call.Record),
        Webhook = request.Webhook,
        IsInline = request.IsInline,
        Fault = call.Fault,
        CreatedAt = options.Clock.GetUtcNow(),
    };

    private async Task<Reply> RespondAsync(int status, Job job, CancellationToken cancellation)
    {
        var carries = job.State == JobState.Succeeded && IsInline(job);
        return Reply.Json(status, Describe(job, carries ? await runner.PictureAsync(job, 0, cancellation) : null));
    }

    private static Dictionary<string, object> Describe(Job job, byte[]? picture)
    {
        var description = new Dictionary<string, object> { ["id"] = job.Id, ["status"] = StatusOf(job) };
        if (job.State == JobState.Failed) description["error"] = new { code = job.Error, message = "The picture could not be made." };
        if (job.State != JobState.Succeeded || job.Fault?.Kind == FaultKind.Empty) return description;
        if (IsInline(job) && picture is not null) description["b64"] = Fault.Encode(job.Fault, picture);
        else description["imageUrl"] = $"{job.BaseUrl}/outputs/{job.Id}/0.{(job.Order.Format == PictureFormat.Png ? "png" : "jpg")}";
        return description;
    }

    private static bool IsInline(Job job) => job.IsInline || job.Fault?.Kind == FaultKind.ImageData;

    private static string StatusOf(Job job) => job.State switch
    {
        JobState.Starting => "queued",
        JobState.Processing => "running",
        var state => state.ToString().ToLowerInvariant(),
    };
}
