using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.Options;

namespace EmbeddedHost.Functions.Durable;

/// <summary>Builds a Durable Task worker that runs the app's functions.</summary>
/// <remarks>The builder of Microsoft.DurableTask.Worker takes orchestrators from a registry, which gives them no services.</remarks>
internal sealed class FunctionWorkerBuilder(IServiceCollection services) : IDurableTaskWorkerBuilder
{
    public string Name => Options.DefaultName;

    public IServiceCollection Services => services;

    public Type? BuildTarget { get; set; }

    public IHostedService Build(IServiceProvider serviceProvider) => (IHostedService)ActivatorUtilities.CreateInstance(
        serviceProvider, BuildTarget!, Name, serviceProvider.GetRequiredService<FunctionTaskFactory>());
}
