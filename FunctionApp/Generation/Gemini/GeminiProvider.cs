using System.ClientModel;
using System.ClientModel.Primitives;
using Atelier.Generation.OpenAI;

namespace Atelier.Generation.Gemini;

/// <summary>The provider <c>gemini</c>: texts of Google's models over their OpenAI-compatible endpoint.</summary>
internal static class GeminiProvider
{
    /// <summary>The provider's name.</summary>
    public const string Name = "gemini";

    /// <summary>Adds the provider where it is configured.</summary>
    public static void Add(ProviderRegistry registry, IConfiguration providers)
    {
        if (GeminiOptions.Read(providers) is not { } options)
            return;
        registry.AddAddress(Name, options.Endpoint);
        registry.AddSecret(options.ApiKey);
        registry.AddText(Name, parts =>
        {
            var authentication = ApiKeyAuthenticationPolicy.CreateBearerAuthorizationPolicy(new ApiKeyCredential(options.ApiKey.Reveal()));
            return OpenAIClients.Over(options.Endpoint, authentication, options.Timeout, parts, parts.CallerOf(Name, options.Timeout))
                .Text(options.TextModel, ChatDialect.Google);
        });
    }
}
