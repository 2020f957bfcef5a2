using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using AiSimulator.Calls;
using AiSimulator.Faults;
using AiSimulator.Http;
using AiSimulator.Painting;

namespace AiSimulator.Providers.StableDiffusion;

/// <summary>The web UI's <c>POST /sdapi/v1/txt2img</c> and <c>GET /sdapi/v1/progress</c>.</summary>
internal sealed class StableDiffusionEndpoints(CallPipeline pipeline, Studio studio, Latency latency, SimulatorOptions options)
{
    private readonly StableDiffusionDialect _dialect = new();
    private readonly ConcurrentDictionary<long, (DateTimeOffset Started, TimeSpan Duration, int Steps)> _running = new();

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/sdapi/v1/txt2img", (HttpContext http) => pipeline.RunAsync(http, _dialect, Operations.Image, TextToImage.Read, PaintAsync));
        routes.MapGet("/sdapi/v1/progress", Progress);
        routes.MapGet("/sdapi/v1/sd-models", () => Results.Json(new[] { new { title = "simulated.safetensors", model_name = "simulated", hash = "0000000000" } }));
    }

    private async Task<Reply> PaintAsync(TextToImage request, Call call, CancellationToken cancellation)
    {
        _running[call.Record.Number] = (options.Clock.GetUtcNow(), latency.Of(call.Record), request.Steps);
        try
        {
            var prompt = FaultDirective.Strip(request.Prompt);
            // A seed of -1 is any: here the one that follows from the prompt, so that pictures stay the same from run to run.
            var seed = request.Seed >= 0 ? request.Seed : (long)(Dice.Hash(prompt) % uint.MaxValue) + call.PlaceOf(seed: null);
            var images = new List<object>();
            for (var i = 0; i < request.Count; i++)
            {
                var order = new PictureOrder(prompt, call.PlaceOf(request.Seed) + i, request.Width, request.Height) { Seed = request.Seed >= 0 ? request.Seed : null };
                var picture = call.Fault?.Kind == FaultKind.BadImage ? Studio.NotAPicture : await studio.PaintAsync(order, cancellation);
                images.Add(Fault.Encode(call.Fault, picture));
            }
            return Reply.Json(200, new { images = request.SendImages ? images : [], parameters = request.Body, info = Info(request, prompt, seed) });
        }
        finally
        {
            _ = ForgetAsync(call.Record.Number, latency.Of(call.Record));
        }
    }

    /// <summary>The web UI's description of a run: JSON inside a string.</summary>
    private static string Info(TextToImage request, string prompt, long seed) => Reply.ToJson(new
    {
        prompt,
        all_prompts = Enumerable.Repeat(prompt, request.Count),
        negative_prompt = request.NegativePrompt,
        seed,
        all_seeds = Enumerable.Range(0, request.Count).Select(i => seed + i),
        width = request.Width,
        height = request.Height,
        sampler_name = request.Sampler,
        cfg_scale = request.Guidance,
        steps = request.Steps,
        batch_size = request.Count,
        sd_model_name = request.Model ?? "simulated",
        infotexts = Enumerable.Range(0, request.Count).Select(i =>
            $"{prompt}\nSteps: {request.Steps}, Sampler: {request.Sampler}, CFG scale: {request.Guidance}, Seed: {seed + i}, Size: {request.Width}x{request.Height}"),
    });

    private IResult Progress()
    {
        var (share, left, step, steps) = (0.0, 0.0, 0, 0);
        if (_running.Values.OrderBy(r => r.Started).FirstOrDefault() is { Steps: > 0 } first)
        {
            var passed = options.Clock.GetUtcNow() - first.Started;
            share = first.Duration > TimeSpan.Zero ? Math.Clamp(passed / first.Duration, 0, 1) : 1;
            (left, step, steps) = (Math.Max(0, (first.Duration - passed).TotalSeconds), (int)(share * first.Steps), first.Steps);
        }
        return Results.Json(new
        {
            progress = Math.Round(share, 3),
            eta_relative = Math.Round(left, 3),
            state = new { skipped = false, interrupted = false, job = steps > 0 ? "scripts_txt2img" : "", job_count = _running.Count, job_no = 0, sampling_step = step, sampling_steps = steps },
            current_image = (string?)null,
            textinfo = (string?)null,
        });
    }

    /// <summary>The picture is painted before the latency has passed: progress runs until it has.</summary>
    private async Task ForgetAsync(long call, TimeSpan after)
    {
        await Task.Delay(after, options.Clock);
        _running.TryRemove(call, out _);
    }

    private sealed record TextToImage : IPromptRequest
    {
        public required string Prompt { get; init; }

        public required JsonObject Body { get; init; }

        public string NegativePrompt { get; init; } = "";

        public long Seed { get; init; }

        public int Steps { get; init; }

        public double Guidance { get; init; }

        public int Width { get; init; }

        public int Height { get; init; }

        public int Count { get; init; }

        public string Sampler { get; init; } = "";

        public bool SendImages { get; init; }

        public string? Model { get; init; }

        string? IPromptRequest.User => null;

        public static TextToImage Read(JsonObject body) => new()
        {
            Prompt = body.Text("prompt") ?? "",
            Body = body,
            NegativePrompt = body.Text("negative_prompt") ?? "",
            Seed = body.Integer("seed") ?? -1,
            Steps = body.InRange("steps", 20, 1, 150),
            Guidance = body.Number("cfg_scale") ?? 7,
            Width = body.InRange("width", 512, 64, 2048),
            Height = body.InRange("height", 512, 64, 2048),
            Count = body.InRange("batch_size", 1, 1, 8) * body.InRange("n_iter", 1, 1, 8),
            Sampler = body.Text("sampler_name") ?? "Euler a",
            SendImages = body["send_images"] is null || body.Flag("send_images"),
            Model = (body["override_settings"] as JsonObject)?.Text("sd_model_checkpoint"),
        };
    }
}
