using System.Collections.Concurrent;
using Microsoft.Azure.WebJobs.Extensions.DurableTask;
using Microsoft.Azure.WebJobs.Host.Scale;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DurableTask.PostgreSQL.AzureFunctions;

/// <summary>
/// Makes the storage provider that <c>extensions.durableTask.storageProvider.type</c> of <c>host.json</c> selects by the name <c>PostgreSQL</c>.
/// A host makes the factories of all providers, so nothing is read before the provider is asked for.
/// </summary>
public sealed class PostgreSqlDurabilityProviderFactory : IDurabilityProviderFactory, IDisposable
{
    internal const string ProviderName = "PostgreSQL";

    private readonly DurableTaskOptions _options;
    private readonly IConnectionInfoResolver _connections;
    private readonly ILoggerFactory _loggerFactory;
    private readonly ConcurrentDictionary<(string Connection, string Schema), Lazy<PostgreSqlDurabilityProvider>> _providers = new();

    /// <summary>Makes the factory for dependency injection.</summary>
    public PostgreSqlDurabilityProviderFactory(
        IOptions<DurableTaskOptions> options, IConnectionInfoResolver connections, ILoggerFactory loggerFactory)
    {
        _options = (options ?? throw new ArgumentNullException(nameof(options))).Value;
        _connections = connections ?? throw new ArgumentNullException(nameof(connections));
        _loggerFactory = loggerFactory ?? throw new ArgumentNullException(nameof(loggerFactory));
    }

    /// <inheritdoc/>
    public string Name => ProviderName;

    /// <summary>The app's own task hub.</summary>
    /// <exception cref="InvalidOperationException">A setting is missing, unknown or out of range. The message names it.</exception>
    public DurabilityProvider GetDurabilityProvider() => Provider(StorageSettings.Read(_options));

    /// <summary>The task hub of a client, which may be another one than the app's own.</summary>
    /// <inheritdoc cref="GetDurabilityProvider()" path="/exception"/>
    public DurabilityProvider GetDurabilityProvider(DurableClientAttribute attribute)
    {
        ArgumentNullException.ThrowIfNull(attribute);
        var settings = StorageSettings.Read(_options);
        if (!string.IsNullOrEmpty(attribute.ConnectionName))
        {
            settings.ConnectionStringName = attribute.ConnectionName;
        }

        // The app's own hub may have a schema of another name.
        if (!string.IsNullOrEmpty(attribute.TaskHub) && !string.Equals(attribute.TaskHub, _options.HubName, StringComparison.OrdinalIgnoreCase))
        {
            settings.Service.TaskHub = attribute.TaskHub;
        }

        return Provider(settings);
    }

    /// <summary>The task hub as the platform's scale controller sees it.</summary>
    /// <inheritdoc cref="GetDurabilityProvider()" path="/exception"/>
    public DurabilityProvider GetDurabilityProvider(DurableClientAttribute attribute, TriggerMetadata triggerMetadata) =>
        GetDurabilityProvider(attribute);

    /// <summary>Nothing to do: there are no entities.</summary>
    public void SetUseSeparateQueueForEntityWorkItems(bool newValue)
    {
    }

    /// <summary>The host calls this at its start.</summary>
    /// <exception cref="NotSupportedException">The app has entity functions.</exception>
    public void SetRegisteredFunctions(
        IReadOnlyCollection<string> orchestratorNames, IReadOnlyCollection<string> activityNames, IReadOnlyCollection<string> entityNames)
    {
        if (entityNames is { Count: > 0 })
        {
            throw new NotSupportedException(
                $"The PostgreSQL storage provider does not support entities; the app has the entity functions: {string.Join(", ", entityNames)}.");
        }
    }

    /// <summary>Leaves the hubs and closes the connections.</summary>
    public void Dispose()
    {
        foreach (var provider in _providers.Values.Where(p => p.IsValueCreated))
        {
            provider.Value.Service.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        _providers.Clear();
    }

    private PostgreSqlDurabilityProvider Provider(StorageSettings settings) =>
        _providers.GetOrAdd(
            (settings.ConnectionStringName, settings.Service.TaskHub),
            static (_, made) => new Lazy<PostgreSqlDurabilityProvider>(() => made.Factory.Make(made.Settings)),
            (Factory: this, Settings: settings)).Value;

    private PostgreSqlDurabilityProvider Make(StorageSettings settings)
    {
        var name = settings.ConnectionStringName;
        settings.Service.ConnectionString = _connections.Resolve(name)?.Value is { Length: > 0 } value
            ? value
            : throw new InvalidOperationException(
                $"The app setting '{name}' is missing. It has to hold the connection string of the PostgreSQL database for Durable Functions "
                + $"(host.json, {StorageSettings.Section}/connectionStringName).");
        try
        {
            return new PostgreSqlDurabilityProvider(
                new PostgreSqlOrchestrationService(settings.Service, TimeProvider.System, _loggerFactory), settings);
        }
        catch (ArgumentException exception)
        {
            throw new InvalidOperationException($"host.json, {StorageSettings.Section}: {exception.Message}", exception);
        }
    }
}
