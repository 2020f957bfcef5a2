using System.ClientModel;
using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Atelier.Generation.Calls;
using Atelier.Generation.Json;
using OpenAI.Images;

namespace Atelier.Generation.OpenAI;

/// <summary>Makes images with a gpt-image model of OpenAI, or of a service with the same API.</summary>
/// <param name="client">The client, without retries of its own.</param>
/// <param name="model">The model's name, or a deployment's.</param>
/// <param name="formats">The formats that the service makes.</param>
/// <param name="images">Takes the images.</param>
/// <param name="caller">Runs the calls.</param>
internal sealed class OpenAIImageGenerator(
    ImageClient client, string model, IReadOnlyList<string> formats, ProviderImages images, ProviderCaller caller) : IImageGenerator
{
    private static readonly FrozenSet<string> Qualities = FrozenSet.ToFrozenSet(["low", "medium", "high"], StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Provider => caller.Provider;

    /// <inheritdoc/>
    public string? Model => model;

    /// <inheritdoc/>
    public ImageCapabilities Capabilities { get; } = new(formats);

    /// <inheritdoc/>
    public Task<GeneratedImage> GenerateAsync(ImageRequest request, CancellationToken cancellationToken)
    {
        var body = BodyOf(request).ToJsonString();
        return caller.RunAsync(token => GenerateAsync(body, request.Call, token), cancellationToken);
    }

    private async Task<GeneratedImage> GenerateAsync(string body, GenerationCall call, CancellationToken cancellationToken)
    {
        using var content = BinaryContent.Create(BinaryData.FromString(body));
        var response = await OpenAIClients.SendAsync(options => client.GenerateImagesAsync(content, options), call, caller, cancellationToken);
        using var document = LenientJson.Parse(response.Body);
        var root = document.RootElement;
        var data = root.List("data");
        if (data?.First() is not { } first)
            throw caller.Failures.Without(Provider, response, root, isEmpty: data is not null, "The provider's response has no image");
        if ((first.Member("b64_json") ?? first.Member("url")) is not { } image)
            throw caller.Failures.Without(Provider, response, root, isEmpty: false, "The provider's response has no image");
        return await images.ReadAsync(image, model, Usage.Read(root, "input_tokens", "output_tokens"), cancellationToken);
    }

    // No response format is sent: gpt-image models always respond with base64 and refuse the parameter.
    private JsonObject BodyOf(ImageRequest request)
    {
        if (!formats.Contains(request.Format, StringComparer.Ordinal))
            throw Refused($"makes images as {string.Join(", ", formats)}, not as '{request.Format}'");
        if (!Qualities.Contains(request.Quality))
            throw Refused($"makes images of quality low, medium or high, not '{request.Quality}'");
        var body = new JsonObject
        {
            ["model"] = model,
            ["prompt"] = request.Prompt,
            ["n"] = 1,
            ["quality"] = request.Quality,
            ["output_format"] = request.Format,
            ["user"] = request.Call.User,
        };
        // The service's default is "auto".
        if (request.Size != "auto")
        {
            var (width, height) = ImageSize.Of(Provider, request.Size);
            body["size"] = $"{width}x{height}";
        }

        return body;
    }

    private GenerationException Refused(string what) => new(GenerationErrorCodes.InvalidRequest, $"Provider {Provider} {what}.", Provider);
}
