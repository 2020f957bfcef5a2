using Atelier.Configuration;
using Atelier.Generation.AzureOpenAI;
using Atelier.Generation.Callbacks;
using Atelier.Generation.Calls;
using Atelier.Generation.Failures;
using Atelier.Generation.Gemini;
using Atelier.Generation.Http;
using Atelier.Generation.OpenAI;
using Atelier.Generation.Replicate;
using Atelier.Generation.StableDiffusion;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Atelier.Generation;

/// <summary>Registers the configured AI providers.</summary>
public static class GenerationServices
{
    /// <summary>
    /// Adds the <see cref="GeneratorCatalog"/> with every provider that is configured. The default of each kind is what
    /// <c>Providers:Text</c> and <c>Providers:Image</c> name, or else the first configured in the order of
    /// <c>azure-openai</c>, <c>openai</c>, <c>gemini</c>, <c>stable-diffusion</c>, <c>replicate</c>, <c>callback</c>.
    /// </summary>
    /// <exception cref="SettingException">A setting below <c>Providers</c> is missing or malformed.</exception>
    public static IServiceCollection AddGeneration(this IServiceCollection services, IConfiguration configuration)
    {
        var providers = configuration.GetSection("Providers");
        var registry = new ProviderRegistry();
        AzureOpenAIProvider.Add(registry, providers);
        OpenAIProvider.Add(registry, providers);
        GeminiProvider.Add(registry, providers);
        StableDiffusionProvider.Add(registry, providers);
        ReplicateProvider.Add(registry, providers);
        var callbacks = CallbackAddress.Read(configuration);
        CallbackProvider.Add(registry, providers, callbacks);
        var defaultText = DefaultOf(providers, "Text", [.. registry.TextProviders]);
        var defaultImage = DefaultOf(providers, "Image", [.. registry.ImageProviders]);

        var slots = configuration.ReadInt32(ProviderConcurrencyLimiter.Setting, ProviderConcurrencyLimiter.Default, min: 1, max: 10_000);

        var limits = ResponseLimits.Read(configuration);

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(registry.Addresses);
        services.AddSingleton(p => new ProviderConcurrencyLimiter(slots, p.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ProviderGate>();
        services.AddSingleton(callbacks);
        services.AddSingleton(new SecretRedactor(registry.Secrets));
        services.AddSingleton<FailureClassifier>();
        services.AddSingleton(limits);
        services.AddSingleton<ProviderConnections>();
        services.AddSingleton<ProviderHttp>();
        services.AddSingleton<ProviderParts>();
        services.AddSingleton(p => registry.CreateCatalog(
            p.GetRequiredService<ProviderParts>(), p.GetRequiredService<ProviderGate>(), defaultText, defaultImage));
        return services;
    }

    private static string DefaultOf(IConfiguration providers, string kind, string[] configured)
    {
        var setting = $"Providers:{kind}";
        var name = providers[kind]?.Trim();
        if (configured.Length == 0)
        {
            throw new SettingException(
                setting, $"Setting '{setting}' cannot be met: no provider for it is configured. Set 'Providers:OpenAI:ApiKey', for example.");
        }

        if (string.IsNullOrEmpty(name))
            return configured[0];
        return configured.FirstOrDefault(c => string.Equals(c, name, StringComparison.OrdinalIgnoreCase))
            ?? throw new SettingException(
                setting, $"Setting '{setting}' must name a configured provider: {string.Join(", ", configured)}.");
    }
}
