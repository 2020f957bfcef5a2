using EmbeddedFunctions.Engine;
using EmbeddedFunctions.Engine.Client;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionApp.Tests.EmbeddedFunctions.Engine;

/// <summary>One node of a task hub inside the test process, with its client.</summary>
internal sealed class EngineNode : IAsyncDisposable
{
    private readonly EngineMetrics _metrics = new();

    private EngineNode(EngineOptions options, TestFunctions functions, ILoggerFactory loggers, TimeProvider time)
    {
        Engine = new DurableEngine(options, functions, time, _metrics, loggers);
        Client = new EmbeddedDurableTaskClient(Engine, functions);
    }

    /// <summary>How long a test waits for what must happen.</summary>
    public static CancellationToken Patience => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    public DurableEngine Engine { get; }

    public DurableTaskClient Client { get; }

    public static async Task<EngineNode> StartAsync(
        string connectionString,
        TestFunctions functions,
        Func<EngineOptions, EngineOptions>? configure = null,
        ILoggerFactory? loggers = null,
        TimeProvider? time = null)
    {
        var options = new EngineOptions { ConnectionString = connectionString, HeartbeatInterval = TimeSpan.FromMilliseconds(200) };
        var node = new EngineNode(configure?.Invoke(options) ?? options, functions, loggers ?? NullLoggerFactory.Instance, time ?? TimeProvider.System);
        await node.Engine.StartAsync(CancellationToken.None);
        return node;
    }

    /// <summary>Starts an orchestration and waits for its end.</summary>
    public async Task<OrchestrationMetadata> RunAsync(string orchestrator, object? input = null)
    {
        var id = await Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input);
        return await EndOfAsync(id);
    }

    public Task<OrchestrationMetadata> EndOfAsync(string id) =>
        Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, Patience);

    /// <summary>The types of the events in an instance's history, in order.</summary>
    public async Task<List<string>> HistoryAsync(string id)
    {
        var histories = await Engine.Store.LoadHistoriesAsync([id], CancellationToken.None);
        return histories.TryGetValue(id, out var history) ? [.. history.Select(e => e.Type.ToString())] : [];
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        _metrics.Dispose();
    }
}
