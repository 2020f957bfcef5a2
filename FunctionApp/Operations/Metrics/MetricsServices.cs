namespace Atelier.Operations.Metrics;

/// <summary>Registers the metrics and the readiness probes.</summary>
public static class MetricsServices
{
    /// <summary>Adds the metrics and the probes of the providers.</summary>
    public static IServiceCollection AddMetricsEndpoint(this IServiceCollection services)
    {
        services.AddSingleton<MetricsCollector>();
        services.AddHostedService(provider => provider.GetRequiredService<MetricsCollector>());
        services.AddSingleton<Backlog>();
        services.AddSingleton<ProviderProbes>();
        return services;
    }
}
