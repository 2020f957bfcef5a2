namespace EmbeddedFunctions.Engine.Orchestration;

/// <summary>
/// The single thread of an orchestration: its code runs only inside <see cref="Run"/>, on whatever pool thread calls that, and each
/// continuation that it posts meanwhile runs there too, in order.
/// </summary>
/// <remarks>
/// A continuation posted from elsewhere means that the orchestrator awaited something that is not durable (a delay, a request). Such a
/// result is in no history and could not be replayed: it is reported, never run.
/// </remarks>
internal sealed class OrchestrationScheduler(Action onForeignContinuation) : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _continuations = new();
    private int _threadId;

    /// <summary>Whether the caller is the orchestration's own code.</summary>
    public bool IsCurrent => _threadId == Environment.CurrentManagedThreadId;

    /// <summary>Runs a step and all continuations that follow from it.</summary>
    public void Run(Action step)
    {
        var previous = Current;
        SetSynchronizationContext(this);
        _threadId = Environment.CurrentManagedThreadId;
        try
        {
            step();
            while (_continuations.TryDequeue(out var next))
            {
                next.Callback(next.State);
            }
        }
        finally
        {
            _threadId = 0;
            SetSynchronizationContext(previous);
        }
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (IsCurrent)
        {
            _continuations.Enqueue((d, state));
        }
        else
        {
            onForeignContinuation();
        }
    }

    public override void Send(SendOrPostCallback d, object? state)
    {
        if (IsCurrent)
        {
            d(state);
        }
        else
        {
            onForeignContinuation();
        }
    }

    public override SynchronizationContext CreateCopy() => this;
}
