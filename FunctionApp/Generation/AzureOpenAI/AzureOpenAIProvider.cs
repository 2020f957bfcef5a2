using System.ClientModel;
using System.ClientModel.Primitives;
using Atelier.Generation.OpenAI;
using Azure.Identity;

namespace Atelier.Generation.AzureOpenAI;

/// <summary>The provider <c>azure-openai</c>: texts and images of the deployments of an Azure OpenAI (Azure AI Foundry) resource.</summary>
internal static class AzureOpenAIProvider
{
    /// <summary>The provider's name.</summary>
    public const string Name = "azure-openai";

    private const string Scope = "https://ai.azure.com/.default";
    private static readonly string[] Formats = ["png", "jpeg"];

    /// <summary>Adds the provider where it is configured, for the kinds that have a deployment.</summary>
    public static void Add(ProviderRegistry registry, IConfiguration providers)
    {
        if (AzureOpenAIOptions.Read(providers) is not { } options)
            return;
        registry.AddSecret(options.ApiKey);
        registry.AddAddress(Name, options.Endpoint);
        if (options.TextDeployment is { } text)
            registry.AddText(Name, parts => Clients(options, parts).Text(text));
        if (options.ImageDeployment is { } image)
            registry.AddImage(Name, parts => Clients(options, parts).Image(image, Formats));
    }

    private static OpenAIClients Clients(AzureOpenAIOptions options, ProviderParts parts)
    {
        AuthenticationPolicy authentication = options.ApiKey is { } key
            ? ApiKeyAuthenticationPolicy.CreateHeaderApiKeyPolicy(new ApiKeyCredential(key.Reveal()), "api-key")
            : new BearerTokenPolicy(new DefaultAzureCredential(), Scope);
        return new OpenAIClients(options.Endpoint, authentication, options.Timeout, parts.Transport, parts.CallerOf(Name, options.Timeout));
    }
}
