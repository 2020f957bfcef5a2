using DurableTask.PostgreSQL.AzureFunctions;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Extensions.DurableTask;
using Microsoft.Azure.WebJobs.Hosting;
using Microsoft.Extensions.DependencyInjection;

[assembly: WebJobsStartup(typeof(PostgreSqlDurabilityStartup), PostgreSqlDurabilityProviderFactory.ProviderName)]

namespace DurableTask.PostgreSQL.AzureFunctions;

/// <summary>Registers the storage provider with the Functions host, which finds this class by the assembly's attribute.</summary>
public sealed class PostgreSqlDurabilityStartup : IWebJobsStartup
{
    /// <inheritdoc/>
    public void Configure(IWebJobsBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddDurableTaskPostgreSqlStorage();
    }
}

/// <summary>Registration for a WebJobs host of one's own, and for an app that only has clients.</summary>
public static class PostgreSqlDurabilityServiceCollectionExtensions
{
    /// <summary>
    /// Adds the storage provider that <c>"type": "PostgreSQL"</c> selects. Call it after <c>AddDurableTask</c> or <c>AddDurableClientFactory</c>: the
    /// extension's <c>IDurableClientFactory</c> takes the provider that was added last.
    /// </summary>
    public static IServiceCollection AddDurableTaskPostgreSqlStorage(this IServiceCollection services) =>
        services.AddSingleton<IDurabilityProviderFactory, PostgreSqlDurabilityProviderFactory>();
}
