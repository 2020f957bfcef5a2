using Atelier.Configuration;
namespace Atelier.Generation.Gemini;

/// <summary>The settings below <c>Providers:Gemini</c>.</summary>
/// <param name="Endpoint">The base address. Default: <c>https://generativelanguage.googleapis.com/v1beta/openai/</c>.</param>
/// <param name="ApiKey">The key of the Gemini API.</param>
/// <param name="TextModel">The model. Default: <c>gemini-2.5-flash</c>.</param>
/// <param name="Timeout">How long a call may take.</param>
internal sealed record GeminiOptions(Uri Endpoint, Secret ApiKey, string TextModel, TimeSpan Timeout)
{
    private static readonly Uri DefaultEndpoint = new("https://generativelanguage.googleapis.com/v1beta/openai/");

    /// <summary>Reads the settings; null where neither an endpoint nor a key is set.</summary>
    /// <exception cref="SettingException">A setting is missing or malformed.</exception>
    public static GeminiOptions? Read(IConfiguration providers)
    {
        var section = new ProviderSection(providers, "Gemini");
        return section.HasAny("Endpoint", "ApiKey")
            ? new GeminiOptions(
                section.Url("Endpoint") ?? DefaultEndpoint,
                section.Secret("ApiKey") ?? throw section.Invalid("ApiKey", "is missing"),
                section.Text("TextModel") ?? "gemini-2.5-flash",
                section.Timeout())
            : null;
    }
}
