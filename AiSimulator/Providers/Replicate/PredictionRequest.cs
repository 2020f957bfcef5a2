using System.Text.Json.Nodes;
using AiSimulator.Http;
using AiSimulator.Painting;

namespace AiSimulator.Providers.Replicate;

/// <summary>A request for a prediction. Inputs that image models do not have in common are not checked, and returned as they came.</summary>
internal sealed record PredictionRequest : IPromptRequest
{
    private static readonly string[] Events = ["start", "output", "logs", "completed"];

    public required string Prompt { get; init; }

    public required JsonObject Input { get; init; }

    public required int Width { get; init; }

    public required int Height { get; init; }

    public required int Count { get; init; }

    public required PictureFormat Format { get; init; }

    public required int Quality { get; init; }

    public long? Seed { get; init; }

    public string? Version { get; init; }

    public string? Webhook { get; init; }

    public IReadOnlyList<string>? WebhookEvents { get; init; }

    string? IPromptRequest.User => null;

    string? IPromptRequest.Model => Version;

    public static PredictionRequest Read(JsonObject body)
    {
        if (body["input"] is not JsonObject input) throw new InvalidRequestException("input", "input is required");
        var webhook = body.Text("webhook");
        if (webhook is not null && !(Uri.TryCreate(webhook, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
            throw new InvalidRequestException("webhook", "webhook must be a valid HTTP address");

        string[]? events = body["webhook_events_filter"] is JsonArray filter ? [.. filter.Select(e => e?.ToString() ?? "")] : null;
        if (events?.Except(Events).FirstOrDefault() is { } unknown)
            throw new InvalidRequestException("webhook_events_filter", $"'{unknown}' is not one of {string.Join(", ", Events)}");
        var (width, height) = SizeOf(input);
        return new PredictionRequest
        {
            Prompt = input.RequiredText("prompt"),
            Input = input,
            Width = width,
            Height = height,
            Count = input.InRange("num_outputs", 1, 1, 4),
            Format = input.OneOf("output_format", "png", "png", "jpg", "jpeg") == "png" ? PictureFormat.Png : PictureFormat.Jpeg,
            Quality = input.InRange("output_quality", 80, 0, 100),
            Seed = input.Integer("seed"),
            Version = body.Text("version"),
            Webhook = webhook,
            WebhookEvents = events,
        };
    }

    private static (int Width, int Height) SizeOf(JsonObject input)
    {
        if (input.ContainsKey("width") || input.ContainsKey("height"))
            return (input.InRange("width", 1024, 64, 2048), input.InRange("height", 1024, 64, 2048));
        return input.OneOf("aspect_ratio", "1:1", "1:1", "16:9", "3:2", "2:3", "4:3", "3:4", "4:5", "5:4", "9:16", "21:9", "9:21", "custom") switch
        {
            "16:9" => (1344, 768),
            "3:2" => (1216, 832),
            "2:3" => (832, 1216),
            "4:3" => (1152, 896),
            "3:4" => (896, 1152),
            "4:5" => (896, 1088),
            "5:4" => (1088, 896),
            "9:16" => (768, 1344),
            "21:9" => (1536, 640),
            "9:21" => (640, 1536),
            _ => (1024, 1024),
        };
    }
}
