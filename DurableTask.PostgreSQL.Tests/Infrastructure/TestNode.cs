using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DurableTask.PostgreSQL.Tests.Infrastructure;

/// <summary>A node as an application makes it: the service, a worker and a client from dependency injection. Not started it is only a client.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly IHostedService[] _hosted;
    private bool _isStarted;

    public TestNode(
        PostgreSqlOrchestrationServiceOptions options,
        Action<DurableTaskRegistry> tasks,
        Action<IServiceCollection>? configure,
        Action<IDurableTaskWorkerBuilder>? worker)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(Logs));
        services.AddDurableTaskPostgreSql(o =>
        {
            foreach (var property in typeof(PostgreSqlOrchestrationServiceOptions).GetProperties())
            {
                property.SetValue(o, property.GetValue(options));
            }
        });
        services.AddDurableTaskWorker(builder =>
        {
            builder.AddTasks(tasks);
            builder.UsePostgreSql();
            worker?.Invoke(builder);
        });
        services.AddDurableTaskClient(builder => builder.UsePostgreSql());
        configure?.Invoke(services);
        _services = services.BuildServiceProvider();
        Service = _services.GetRequiredService<PostgreSqlOrchestrationService>();
        Client = _services.GetRequiredService<DurableTaskClient>();
        _hosted = [.. _services.GetServices<IHostedService>()];
    }

    public IServiceProvider Services => _services;

    public PostgreSqlOrchestrationService Service { get; }

    public DurableTaskClient Client { get; }

    public CapturedLogs Logs { get; } = new();

    public async Task StartAsync()
    {
        _isStarted = true;
        foreach (var hosted in _hosted)
        {
            await hosted.StartAsync(CancellationToken.None);
        }
    }

    /// <summary>A graceful stop.</summary>
    public async Task StopAsync()
    {
        if (_isStarted)
        {
            _isStarted = false;
            foreach (var hosted in _hosted)
            {
                await hosted.StopAsync(CancellationToken.None);
            }
        }
    }

    public async Task<string> ScheduleAsync(string orchestrator, object? input = null, string? id = null) =>
        await Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, id is null ? null : new StartOrchestrationOptions(id));

    /// <summary>Waits for the end of an instance.</summary>
    public async Task<OrchestrationMetadata> EndOfAsync(string id)
    {
        using var limit = new CancellationTokenSource(Eventually.Limit);
        return await Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, limit.Token);
    }

    /// <summary>Waits for an instance to complete.</summary>
    public async Task<T?> OutputOfAsync<T>(string id)
    {
        var end = await EndOfAsync(id);
        Assert.True(end.RuntimeStatus is OrchestrationRuntimeStatus.Completed, $"{end.RuntimeStatus}: {end.FailureDetails}");
        return end.ReadOutputAs<T>();
    }

    /// <summary>Schedules an instance and waits for its end.</summary>
    public async Task<OrchestrationMetadata> RunAsync(string orchestrator, object? input = null) =>
        await EndOfAsync(await ScheduleAsync(orchestrator, input));

    /// <summary>Makes the node release an instance that waits, as if it had waited for long.</summary>
    public async Task EvictAsync(string id)
    {
        await Eventually.TrueAsync(() =>
        {
            if (!Service.Sessions.TryFind(id, out var session))
            {
                return true;
            }

            session.EvictIfIdle(TimeSpan.Zero);
            return false;
        });
    }

    public async Task<OrchestrationMetadata> FindAsync(string id) => (await Client.GetInstanceAsync(id, getInputsAndOutputs: true))!;

    /// <summary>Waits until an instance is in a state.</summary>
    public Task ReachesAsync(string id, OrchestrationRuntimeStatus status) =>
        Eventually.TrueAsync(async () => (await Client.GetInstanceAsync(id))?.RuntimeStatus == status);

    /// <summary>The types of the committed history's events, without the framework's own marks.</summary>
    public async Task<List<string>> HistoryAsync(string id) =>
        [.. (await Client.GetOrchestrationHistoryAsync(id)).Select(e => e.EventType.ToString()).Where(t => !t.StartsWith("Orchestrator", StringComparison.Ordinal))];

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _services.DisposeAsync();
    }
}
