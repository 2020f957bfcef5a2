using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableTask.PostgreSQL.Tests.Infrastructure;

/// <summary>A test of what a client can do: a node runs the orchestrations, and the client is either that node's or another process's.</summary>
/// <param name="isOfNode">Whether the calls go through the node.</param>
public abstract class ClientTest(bool isOfNode) : IAsyncLifetime
{
    /// <summary>Whether the calls go through the node.</summary>
    protected bool IsOfNode => isOfNode;

    private protected TestHub Hub { get; private set; } = null!;

    private protected TestNode Node { get; private set; } = null!;

    /// <summary>The node or client whose calls are tested.</summary>
    private protected TestNode Caller { get; private set; } = null!;

    private protected DurableTaskClient Client => Caller.Client;

    /// <summary>What the node can run.</summary>
    private protected virtual Action<DurableTaskRegistry> Tasks => CommonTasks.Add;

    public async Task InitializeAsync()
    {
        Hub = await TestHub.CreateAsync();
        Node = await Hub.StartNodeAsync(Tasks, Configure);
        Caller = isOfNode ? Node : Hub.NewClient(configure: Configure);
    }

    public Task DisposeAsync() => Hub.DisposeAsync().AsTask();

    private protected virtual void Configure(PostgreSqlOrchestrationServiceOptions options)
    {
    }

    /// <summary>Starts an instance of "Waits" and waits until it waits.</summary>
    private protected async Task<string> StartWaitingAsync(string? id = null)
    {
        var waiting = await Node.ScheduleAsync("Waits", id: id);
        await Eventually.TrueAsync(async () => (await Node.HistoryAsync(waiting)).Contains(nameof(EventType.ExecutionStarted)));
        return waiting;
    }
}
