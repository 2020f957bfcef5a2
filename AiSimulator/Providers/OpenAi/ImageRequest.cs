using System.Text.Json.Nodes;
using AiSimulator.Http;
using AiSimulator.Painting;

namespace AiSimulator.Providers.OpenAi;

/// <summary>An image generation request, held to what the gpt-image models take.</summary>
internal sealed record ImageRequest : IPromptRequest
{
    public const int LongestPrompt = 32_000;

    public required string Prompt { get; init; }

    public required string Model { get; init; }

    public required int Count { get; init; }

    public required string Size { get; init; }

    public required string Quality { get; init; }

    public required PictureFormat Format { get; init; }

    public required int Compression { get; init; }

    public required string Background { get; init; }

    public string? User { get; init; }

    string? IPromptRequest.Model => Model;

    public static ImageRequest Read(JsonObject body)
    {
        if (body.Text("model") is not { Length: > 0 } model)
            throw new InvalidRequestException("model", "you must provide a model parameter");
        var prompt = body.RequiredText("prompt");
        if (prompt.Length > LongestPrompt)
            throw new InvalidRequestException("prompt", $"Invalid 'prompt': at most {LongestPrompt} characters.", "string_above_max_length");
        if (body.ContainsKey("response_format"))
            throw new InvalidRequestException("response_format", "Unknown parameter: 'response_format'.", "unknown_parameter");

        // WebP is the one format that the simulator cannot write. Azure does not offer it either.
        var format = body.OneOf("output_format", "png", "png", "jpeg");
        var background = body.OneOf("background", "auto", "auto", "opaque", "transparent");
        if (background == "transparent" && format == "jpeg")
            throw new InvalidRequestException("background", "Transparent backgrounds need an output format of 'png'.", "invalid_value");
        body.OneOf("moderation", "auto", "auto", "low");
        return new ImageRequest
        {
            Prompt = prompt,
            Model = model,
            Count = body.InRange("n", 1, 1, 10),
            Size = body.OneOf("size", "auto", "auto", "1024x1024", "1536x1024", "1024x1536"),
            Quality = body.OneOf("quality", "auto", "auto", "low", "medium", "high"),
            Format = format == "png" ? PictureFormat.Png : PictureFormat.Jpeg,
            Compression = body.InRange("output_compression", 90, 0, 100),
            Background = background == "auto" ? "opaque" : background,
            User = body.Text("user"),
        };
    }
}
