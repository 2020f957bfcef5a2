using System.Collections.Concurrent;

namespace DurableTask.PostgreSQL.Sessions;

/// <summary>Lets callers of this process wait for the start or the end of an instance that runs in it, without asking the database.</summary>
internal sealed class InstanceWatch
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _watched = new(StringComparer.Ordinal);

    /// <summary>Ends at the next change of the instance that this process makes; never when another process runs it.</summary>
    public Task Next(string id) =>
        _watched.GetOrAdd(id, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>The caller no longer waits. Another one that still does is woken too early and reads the state once more.</summary>
    public void Forget(string id) => Changed(id);

    /// <summary>The instance has started, ended or gone.</summary>
    public void Changed(string id)
    {
        if (!_watched.IsEmpty && _watched.TryRemove(id, out var watched))
        {
            watched.TrySetResult();
        }
    }
}
