using EmbeddedFunctions.Engine.Client;
using EmbeddedFunctions.Management;
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
        services.AddSingleton<DurableTaskClient>(provider => new EmbeddedDurableTaskClient(
            provider.GetRequiredService<DurableEngine>(),
            provider.GetRequiredService<IDurableFunctions>())
        {
            Management = provider.GetService<ManagementAddresses>(),
        });
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<DurableEngine>());
    }
}
