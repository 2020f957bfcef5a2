using Atelier.Configuration;
namespace Atelier.Generation.AzureOpenAI;

/// <summary>The settings below <c>Providers:AzureOpenAI</c>.</summary>
/// <param name="Endpoint">The resource's address; the setting may also be its v1 address, <c>{resource}/openai/v1/</c>, as Azure's portal shows it.</param>
/// <param name="ApiKey">The key. Default: none, the calls carry Entra ID tokens.</param>
/// <param name="TextDeployment">The deployment of a chat model. Default: none, the provider writes no texts.</param>
/// <param name="ImageDeployment">The deployment of an image model. Default: none, the provider makes no images.</param>
/// <param name="OutputHosts">Where images may be fetched from, beside the resource itself, where a model gives addresses. Default: Azure OpenAI's storage.</param>
/// <param name="Timeout">How long a call may take.</param>
internal sealed record AzureOpenAIOptions(
    Uri Endpoint, Secret? ApiKey, string? TextDeployment, string? ImageDeployment, string[] OutputHosts, TimeSpan Timeout)
{
    private const string V1 = "/openai/v1";

    /// <summary>Reads the settings; null where neither an endpoint nor a key is set.</summary>
    /// <exception cref="SettingException">A setting is missing or malformed.</exception>
    public static AzureOpenAIOptions? Read(IConfiguration providers)
    {
        var section = new ProviderSection(providers, "AzureOpenAI");
        if (!section.HasAny("Endpoint", "ApiKey"))
            return null;
        var resource = section.Url("Endpoint") ?? throw section.Invalid("Endpoint", "must be the resource's URL: only its ApiKey is set");
        var options = new AzureOpenAIOptions(
            ResourceOf(resource),
            section.Secret("ApiKey"),
            section.Text("TextDeployment"),
            section.Text("ImageDeployment"),
            section.OutputHosts("dalleproduse.blob.core.windows.net,dalleprodsec.blob.core.windows.net"),
            section.Timeout());
        if (options.ApiKey is null && resource.Scheme != Uri.UriSchemeHttps)
            throw section.Invalid("Endpoint", "must be an https URL: without an ApiKey the calls carry Entra ID tokens");
        if (options.TextDeployment is null && options.ImageDeployment is null)
            throw section.Invalid("TextDeployment", "or 'Providers:AzureOpenAI:ImageDeployment' must name a deployment");
        return options;
    }

    private static Uri ResourceOf(Uri endpoint)
    {
        var address = endpoint.AbsoluteUri.TrimEnd('/');
        return address.EndsWith(V1, StringComparison.OrdinalIgnoreCase) ? new Uri(address[..^V1.Length]) : endpoint;
    }
}
