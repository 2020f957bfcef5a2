using DurableTask.Core;
using DurableTask.Core.Query;
using DurableTask.PostgreSQL.Client;
using DurableTask.PostgreSQL.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace DurableTask.PostgreSQL;

/// <summary>Registers the storage provider, and makes Durable Task's clients and workers use it.</summary>
public static class PostgreSqlServiceCollectionExtensions
{
    /// <summary>
    /// Adds one <see cref="PostgreSqlOrchestrationService"/>, which is also the <see cref="IOrchestrationService"/> and
    /// <see cref="IOrchestrationServiceClient"/> of the process.
    /// </summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="configure">Sets at least <see cref="PostgreSqlOrchestrationServiceOptions.ConnectionString"/>.</param>
    public static IServiceCollection AddDurableTaskPostgreSql(
        this IServiceCollection services,
        Action<PostgreSqlOrchestrationServiceOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.Configure(configure);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<PostgreSqlOrchestrationService>();
        services.TryAddSingleton<IOrchestrationService>(provider => provider.GetRequiredService<PostgreSqlOrchestrationService>());
        services.TryAddSingleton<IOrchestrationServiceClient>(provider => provider.GetRequiredService<PostgreSqlOrchestrationService>());
        services.TryAddSingleton<IOrchestrationServiceQueryClient>(provider => provider.GetRequiredService<PostgreSqlOrchestrationService>());
        services.TryAddSingleton<IOrchestrationServicePurgeClient>(provider => provider.GetRequiredService<PostgreSqlOrchestrationService>());
        return services;
    }

    /// <summary>Makes the client work on the task hub that <see cref="AddDurableTaskPostgreSql"/> added.</summary>
    public static IDurableTaskClientBuilder UsePostgreSql(this IDurableTaskClientBuilder builder) =>
        builder.UseBuildTarget<PostgreSqlDurableTaskClient>();

    /// <summary>Makes the worker take its work from the task hub that <see cref="AddDurableTaskPostgreSql"/> added.</summary>
    public static IDurableTaskWorkerBuilder UsePostgreSql(this IDurableTaskWorkerBuilder builder) =>
        builder.UseBuildTarget<PostgreSqlDurableTaskWorker>();
}
