using Atelier.Configuration;
namespace Atelier.Generation.OpenAI;

/// <summary>The settings below <c>Providers:OpenAI</c>.</summary>
/// <param name="Endpoint">The base address. Default: <c>https://api.openai.com/v1</c>.</param>
/// <param name="ApiKey">The key; none for a self-hosted service that needs none.</param>
/// <param name="TextModel">The chat model. Default: <c>gpt-4.1-mini</c>.</param>
/// <param name="ImageModel">The image model. Default: <c>gpt-image-1</c>.</param>
/// <param name="OutputHosts">Where images may be fetched from, beside the endpoint itself, where a model gives addresses. Default: OpenAI's storage.</param>
/// <param name="Timeout">How long a call may take.</param>
internal sealed record OpenAIOptions(
    Uri Endpoint, Secret? ApiKey, string TextModel, string ImageModel, string[] OutputHosts, TimeSpan Timeout)
{
    private static readonly Uri DefaultEndpoint = new("https://api.openai.com/v1");

    /// <summary>Reads the settings; null where neither an endpoint nor a key is set.</summary>
    /// <exception cref="SettingException">A setting is malformed.</exception>
    public static OpenAIOptions? Read(IConfiguration providers)
    {
        var section = new ProviderSection(providers, "OpenAI");
        return section.HasAny("Endpoint", "ApiKey")
            ? new OpenAIOptions(
                section.Url("Endpoint") ?? DefaultEndpoint,
                section.Secret("ApiKey"),
                section.Text("TextModel") ?? "gpt-4.1-mini",
                section.Text("ImageModel") ?? "gpt-image-1",
                section.OutputHosts("oaidalleapiprodscus.blob.core.windows.net"),
                section.Timeout())
            : null;
    }
}
