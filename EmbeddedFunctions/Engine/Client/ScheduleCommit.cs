using EmbeddedFunctions.Engine.Orchestration;
using EmbeddedFunctions.Engine.Storage;

namespace EmbeddedFunctions.Engine.Client;

/// <summary>A new instance on its way into the database; once it is there it starts, here or elsewhere.</summary>
internal sealed class ScheduleCommit(InstanceHost host, InstanceRecord record) : CommitRequest
{
    private readonly TaskCompletionSource<bool> _created = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether the instance was created; <see langword="false"/> when a run with its id has not ended.</summary>
    public Task<bool> Created => _created.Task;

    public override long? Node => record.Owner;

    public override IThreadPoolWorkItem? OnCommitted(CommitOutcome outcome)
    {
        var created = outcome.Created.Contains(record.ExecutionId);
        var instance = created && record.Owner is not null ? host.Take(record, []) : null;
        host.Settle(record);
        _created.TrySetResult(created);
        return instance is not null && instance.Wake() ? instance : null;
    }

    public override void OnFailed(Exception exception)
    {
        host.Settle(record);
        _created.TrySetException(exception);
    }
}
