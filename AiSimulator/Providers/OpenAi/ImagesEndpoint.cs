using AiSimulator.Calls;
using AiSimulator.Faults;
using AiSimulator.Http;
using AiSimulator.Painting;

namespace AiSimulator.Providers.OpenAi;

/// <summary><c>POST {base}/images/generations</c>, for OpenAI and Azure OpenAI: gpt-image models.</summary>
internal sealed class ImagesEndpoint(CallPipeline pipeline, Studio studio, SimulatorOptions options)
{
    public void Map(IEndpointRouteBuilder routes, string baseUrl, Dialect dialect) =>
        routes.MapPost(
            $"{baseUrl}/images/generations",
            (HttpContext http) => pipeline.RunAsync(http, dialect, Operations.Image, ImageRequest.Read, RespondAsync));

    private async Task<Reply> RespondAsync(ImageRequest request, Call call, CancellationToken cancellation)
    {
        var size = request.Size == "auto" ? "1024x1024" : request.Size;
        var quality = request.Quality == "auto" ? "medium" : request.Quality;
        var (width, height) = (int.Parse(size.AsSpan(0, size.IndexOf('x'))), int.Parse(size.AsSpan(size.IndexOf('x') + 1)));

        var data = new List<object>();
        for (var i = 0; i < request.Count; i++)
        {
            var order = new PictureOrder(FaultDirective.Strip(request.Prompt), call.PlaceOf(seed: null) + i, width, height)
            {
                Format = request.Format,
                Compression = request.Compression,
                Detail = quality switch { "low" => PictureDetail.Low, "high" => PictureDetail.High, _ => PictureDetail.Medium },
            };
            var picture = call.Fault?.Kind == FaultKind.BadImage ? Studio.NotAPicture : await studio.PaintAsync(order, cancellation);
            data.Add(new { b64_json = Fault.Encode(call.Fault, picture) });
        }

        var (words, pixels) = ((request.Prompt.Length + 3) / 4, ImageTokens(size, quality) * request.Count);
        return Reply.Json(200, new
        {
            created = options.Clock.GetUtcNow().ToUnixTimeSeconds(),
            background = request.Background,
            data,
            output_format = request.Format == PictureFormat.Png ? "png" : "jpeg",
            quality,
            size,
            usage = new
            {
                total_tokens = words + pixels,
                input_tokens = words,
                output_tokens = pixels,
                input_tokens_details = new { text_tokens = words, image_tokens = 0 },
            },
        });
    }

    /// <summary>What gpt-image-1 counts for one picture, as OpenAI's price list has it.</summary>
    private static int ImageTokens(string size, string quality) => (size, quality) switch
    {
        ("1024x1024", "low") => 272,
        ("1024x1024", "high") => 4160,
        ("1024x1024", _) => 1056,
        ("1024x1536", "low") => 408,
        ("1024x1536", "high") => 6240,
        ("1024x1536", _) => 1584,
        (_, "low") => 400,
        (_, "high") => 6208,
        _ => 1568,
    };
}
