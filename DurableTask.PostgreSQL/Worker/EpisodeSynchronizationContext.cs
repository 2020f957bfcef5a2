using DurableTask.Core;

namespace DurableTask.PostgreSQL.Worker;

/// <summary>
/// Runs an orchestrator's continuations where the framework wants them, and notices one that is not due to an event of the history: the code awaited
/// something that is not durable. Such a continuation is not run.
/// </summary>
internal sealed class EpisodeSynchronizationContext(SynchronizationContext inner, Action leftEpisode) : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state)
    {
        if (!OrchestrationContext.IsOrchestratorThread)
        {
            leftEpisode();
            return;
        }

        inner.Post(_ => Run(d, state), state: null);
    }

    public override void Send(SendOrPostCallback d, object? state) => inner.Send(_ => Run(d, state), state: null);

    public override SynchronizationContext CreateCopy() => this;

    private void Run(SendOrPostCallback d, object? state)
    {
        var previous = Current;
        SetSynchronizationContext(this);
        try
        {
            d(state);
        }
        finally
        {
            SetSynchronizationContext(previous);
        }
    }
}
