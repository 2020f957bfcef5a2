using EmbeddedFunctions.Engine.Client;
using EmbeddedFunctions.Hosting;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EmbeddedFunctions.Engine;

/// <summary>Puts the engine into a function app's services.</summary>
internal static class EngineRegistration
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<EngineMetrics>();
        services.AddSingleton(provider => EngineSettings.Read(
            provider.GetRequiredService<IConfiguration>(),
            provider.GetRequiredService<HostJson>().DurableTask));
        services.AddSingleton<DurableEngine>();
        services.AddSingleton<DurableTaskClient, EmbeddedDurableTaskClient>();
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<DurableEngine>());
    }
}
