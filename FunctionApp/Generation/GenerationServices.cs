namespace Atelier.Generation;

/// <summary>Registers the configured AI providers.</summary>
public static class GenerationServices
{
    /// <summary>Adds the <see cref="GeneratorCatalog"/> with every provider that is configured.</summary>
    /// <exception cref="SettingException">A setting below <c>Providers</c> is missing or malformed.</exception>
    public static IServiceCollection AddGeneration(this IServiceCollection services, IConfiguration configuration) => services;
}
