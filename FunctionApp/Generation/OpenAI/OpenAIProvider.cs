using System.ClientModel;
using System.ClientModel.Primitives;

namespace Atelier.Generation.OpenAI;

/// <summary>The provider <c>openai</c>: texts and images of OpenAI's platform, or of a service with the same API.</summary>
internal static class OpenAIProvider
{
    /// <summary>The provider's name.</summary>
    public const string Name = "openai";

    private static readonly string[] Formats = ["png", "jpeg", "webp"];

    /// <summary>Adds the provider where it is configured.</summary>
    public static void Add(ProviderRegistry registry, IConfiguration providers)
    {
        if (OpenAIOptions.Read(providers) is not { } options)
            return;
        registry.AddSecret(options.ApiKey);
        registry.AddAddress(Name, options.Endpoint);
        registry.AddText(Name, parts => Clients(options, parts).Text(options.TextModel));
        registry.AddImage(Name, parts => Clients(options, parts).Image(options.ImageModel, Formats, options.OutputHosts, options.Endpoint));
    }

    private static OpenAIClients Clients(OpenAIOptions options, ProviderParts parts)
    {
        AuthenticationPolicy authentication = options.ApiKey is { } key
            ? ApiKeyAuthenticationPolicy.CreateBearerAuthorizationPolicy(new ApiKeyCredential(key.Reveal()))
            : new NoAuthenticationPolicy();
        return OpenAIClients.Over(options.Endpoint, authentication, options.Timeout, parts, parts.CallerOf(Name, options.Timeout));
    }
}
