using Microsoft.DurableTask;

namespace EmbeddedFunctions.Engine.Orchestration;

/// <summary>A durable task that an orchestrator was given and that has not ended.</summary>
internal abstract class PendingTask(OrchestrationAction action)
{
    public OrchestrationAction Action { get; } = action;

    /// <summary>Whether no history has recorded it yet.</summary>
    public bool IsNew { get; init; }

    public abstract void Complete(string? data);

    public abstract void Fail(TaskFailureDetails failure);
}

/// <summary>A pending task whose result the orchestrator awaits as <typeparamref name="T"/>.</summary>
internal sealed class PendingTask<T>(OrchestrationAction action, string name, DataConverter converter) : PendingTask(action)
{
    // Continuations run inside the orchestration's step, right where the result is set.
    private readonly TaskCompletionSource<T> _source = new();

    public Task<T> Task => _source.Task;

    public override void Complete(string? data)
    {
        T? result;
        try
        {
            result = converter.Deserialize<T>(data);
        }
        catch (Exception exception)
        {
            // A result of another type is the awaiting code's to catch.
            _source.TrySetException(exception);
            return;
        }

        _source.TrySetResult(result!);
    }

    public override void Fail(TaskFailureDetails failure) =>
        _source.TrySetException(new TaskFailedException(name, Action.TaskId, failure));

    public void Cancel(CancellationToken cancellationToken) => _source.TrySetCanceled(cancellationToken);
}
