using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Atelier.Generation.Calls;
using Atelier.Generation.Json;

namespace Atelier.Generation.StableDiffusion;

/// <summary>Makes images with <c>POST /sdapi/v1/txt2img</c>, which responds when the image is done.</summary>
/// <param name="options">The settings.</param>
/// <param name="http">The connections.</param>
/// <param name="images">Takes the images.</param>
/// <param name="caller">Runs the calls.</param>
internal sealed class StableDiffusionGenerator(StableDiffusionOptions options, ProviderHttp http, ProviderImages images, ProviderCaller caller)
    : IImageGenerator
{
    private const int MaxSteps = 150;

    // The model works on blocks of this many pixels.
    private const int Block = 8;

    private readonly Uri _address = new($"{options.Endpoint.AbsoluteUri.TrimEnd('/')}/sdapi/v1/txt2img");

    /// <inheritdoc/>
    public string Provider => caller.Provider;

    /// <inheritdoc/>
    public string? Model => options.Model;

    // The web UI writes the one format in its settings, which is PNG by default.
    /// <inheritdoc/>
    public ImageCapabilities Capabilities { get; } = new(["png"], Seed: true, NegativePrompt: true);

    /// <inheritdoc/>
    public Task<GeneratedImage> GenerateAsync(ImageRequest request, CancellationToken cancellationToken)
    {
        var order = OrderOf(request);
        return caller.RunAsync(token => GenerateAsync(request, order, token), cancellationToken);
    }

    private async Task<GeneratedImage> GenerateAsync(ImageRequest request, JsonObject order, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, _address) { Content = JsonContent.Create(order) };
        message.Headers.Add(ProviderHttp.PartHeader, request.Call.User);
        if (options is { User: { } user, Password: { } password })
        {
            var pair = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password.Reveal()}"));
            message.Headers.Authorization = new AuthenticationHeaderValue("Basic", pair);
        }

        var response = await http.SendForImageAsync(Provider, message, cancellationToken);
        using var document = LenientJson.Parse(response.Body);
        var made = document.RootElement.List("images");
        if (made?.First() is not { } image)
        {
            throw caller.Failures.Without(
                Provider, response, document.RootElement, isEmpty: made is not null, "The provider's response has no image");
        }

        return await images.ReadAsync(image, options.Model ?? "stable-diffusion", usage: null, cancellationToken);
    }

    private JsonObject OrderOf(ImageRequest request)
    {
        if (!Capabilities.Formats.Contains(request.Format, StringComparer.Ordinal))
        {
            throw new GenerationException(
                GenerationErrorCodes.InvalidRequest, $"Provider {Provider} makes images as png, not as '{request.Format}'.", Provider);
        }

        var (width, height) = ImageSize.Of(Provider, request.Size);
        var order = new JsonObject
        {
            ["prompt"] = request.Prompt,
            ["negative_prompt"] = request.NegativePrompt ?? options.NegativePrompt,
            ["seed"] = request.Seed ?? -1,
            ["steps"] = StepsOf(request.Quality),
            ["cfg_scale"] = options.Guidance,
            ["width"] = Blocks(width),
            ["height"] = Blocks(height),
            ["batch_size"] = 1,
            ["n_iter"] = 1,
            ["sampler_name"] = options.Sampler,
            ["send_images"] = true,
            ["save_images"] = false,
        };
        if (options.Model is { } model)
            order["override_settings"] = new JsonObject { ["sd_model_checkpoint"] = model };
        return order;
    }

    private int StepsOf(string quality) => quality switch
    {
        "low" => Math.Max(1, options.Steps / 2),
        "high" => Math.Min(MaxSteps, options.Steps * 3 / 2),
        _ => options.Steps,
    };

    private static int Blocks(int pixels) => Math.Max(Block, pixels / Block * Block);
}
