using System.ClientModel;
using Atelier.Generation.OpenAI;
using Azure.AI.OpenAI;
using Azure.Identity;

namespace Atelier.Generation.AzureOpenAI;

/// <summary>The provider <c>azure-openai</c>: texts and images of the deployments of an Azure OpenAI (Azure AI Foundry) resource.</summary>
internal static class AzureOpenAIProvider
{
    /// <summary>The provider's name.</summary>
    public const string Name = "azure-openai";

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
            registry.AddImage(Name, parts => Clients(options, parts).Image(image, Formats, options.OutputHosts, options.Endpoint));
    }

    private static OpenAIClients Clients(AzureOpenAIOptions options, ProviderParts parts) => new(
        transport =>
        {
            var client = OpenAIClients.Prepare(new AzureOpenAIClientOptions { UserAgentApplicationId = "Atelier" }, options.Timeout, transport);
            return options.ApiKey is { } key
                ? new AzureOpenAIClient(options.Endpoint, new ApiKeyCredential(key.Reveal()), client)
                : new AzureOpenAIClient(options.Endpoint, new DefaultAzureCredential(), client);
        },
        parts,
        parts.CallerOf(Name, options.Timeout));
}
