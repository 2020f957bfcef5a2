using DurableTask.Core;
using DurableTask.Core.Settings;
using Microsoft.DurableTask.Worker;
using Microsoft.DurableTask.Worker.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using IExceptionPropertiesProvider = Microsoft.DurableTask.Worker.IExceptionPropertiesProvider;

namespace DurableTask.PostgreSQL.Worker;

/// <summary>Runs registered orchestrators and activities on the framework's dispatchers, with the task hub on PostgreSQL.</summary>
public sealed class PostgreSqlDurableTaskWorker : DurableTaskWorker
{
    private readonly PostgreSqlOrchestrationService _service;
    private readonly TaskHubWorker _worker;

    /// <summary>Makes the worker for dependency injection.</summary>
    /// <param name="name">The name of the worker.</param>
    /// <param name="factory">Its orchestrators and activities.</param>
    /// <param name="service">The task hub.</param>
    /// <param name="options">Data converter, versioning and timer limit, under the worker's name.</param>
    /// <param name="services">Scopes for orchestrators and activities come from here.</param>
    /// <param name="loggerFactory">Gets the framework's logs.</param>
    /// <param name="exceptionProperties">Adds properties to failures; <see langword="null"/> for none.</param>
    public PostgreSqlDurableTaskWorker(
        string name,
        IDurableTaskFactory factory,
        PostgreSqlOrchestrationService service,
        IOptionsMonitor<DurableTaskWorkerOptions> options,
        IServiceProvider services,
        ILoggerFactory loggerFactory,
        IExceptionPropertiesProvider? exceptionProperties = null)
        : base(name, factory)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(services);
        _service = service ?? throw new ArgumentNullException(nameof(service));
        var settings = options.Get(name);
        var versioning = settings.Versioning is { } v
            ? new VersioningSettings
            {
                Version = v.Version,
                MatchStrategy = (VersioningSettings.VersionMatchStrategy)(int)v.MatchStrategy,
                FailureStrategy = (VersioningSettings.VersionFailureStrategy)(int)v.FailureStrategy,
            }
            : null;
        _service.Versioning = versioning;

        // Other versions do not get here, except as a next generation. The framework would refuse that one for ever; see ScopedOrchestration.PrepareAsync.
        var checkedByFramework = versioning is { FailureStrategy: VersioningSettings.VersionFailureStrategy.Reject } ? null : versioning;
        var tasks = new ScopedTasks(factory, settings, services.GetRequiredService<IServiceScopeFactory>(), loggerFactory);
        _worker = new TaskHubWorker(service, tasks, tasks, checkedByFramework, loggerFactory)
        {
            ErrorPropagationMode = ErrorPropagationMode.UseFailureDetails,
            ExceptionPropertiesProvider = exceptionProperties is null ? null : new ExceptionPropertiesProviderAdapter(exceptionProperties),
        };
        _worker.AddOrchestrationDispatcherMiddleware((context, next) => ScopedOrchestration.PrepareAsync(context, service.Sessions.Versions, next));
        _worker.AddActivityDispatcherMiddleware(ScopedActivity.AddPropertiesAsync);
    }

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await _worker.StartAsync();
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Stops the node, which ends its extended sessions, and then the dispatchers.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await _service.StopAsync(isForced: false);
        await _worker.StopAsync(isForced: true);
        await base.StopAsync(cancellationToken);
    }

    /// <summary>Nothing to do: the dispatchers run by themselves.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.CompletedTask;
}
