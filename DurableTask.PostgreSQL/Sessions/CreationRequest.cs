using DurableTask.PostgreSQL.Storage;

namespace DurableTask.PostgreSQL.Sessions;

/// <summary>A client's new instance on its way into the database. Once it is there it starts, here or elsewhere.</summary>
internal sealed class CreationRequest : CommitRequest
{
    private readonly SessionHost _host;
    private readonly StoredInstance _instance;
    private readonly TaskCompletionSource<bool> _created = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CreationRequest(SessionHost host, StoredInstance instance)
    {
        _host = host;
        _instance = instance;
        NewInstances = [new NewInstance(instance)];
    }

    /// <summary>Whether the instance was created; <see langword="false"/> when a run with its id has not ended.</summary>
    public Task<bool> Created => _created.Task;

    public override long? Node => _instance.Owner;

    public override IThreadPoolWorkItem? OnCommitted(CommitOutcome outcome)
    {
        var isCreated = outcome.Created.Contains(_instance.RunId);
        if (isCreated && _instance.Owner is not null)
        {
            _host.Adopt(_instance, []);
        }

        _host.Settle(_instance);
        _created.TrySetResult(isCreated);
        return null;
    }

    public override void OnFailed(Exception exception)
    {
        _host.Settle(_instance);
        _created.TrySetException(exception);
    }
}
