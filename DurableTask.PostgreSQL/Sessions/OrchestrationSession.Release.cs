using DurableTask.Core;
using DurableTask.PostgreSQL.Storage;

namespace DurableTask.PostgreSQL.Sessions;

/// <content>How a session leaves the memory: evicted, released to another node, or over.</content>
internal sealed partial class OrchestrationSession
{
    /// <summary>Releases the instance when it has waited for messages and timers for that long.</summary>
    public void EvictIfIdle(TimeSpan idle)
    {
        TaskCompletionSource<IList<TaskMessage>?>? waiter;
        lock (_gate)
        {
            var isWaiting = _waiter is not null || _phase is Phase.Idle;
            if (_isGone || _hasEnded || !isWaiting || _activities.Count > 0 || _inbox.Count > 0
                || _host.TimeProvider.GetElapsedTime(_idleSince) < idle)
            {
                return;
            }

            waiter = _waiter;
            _waiter = null;
            _isToEvict = waiter is not null;
            _phase = waiter is null ? Phase.Releasing : _phase;
        }

        if (waiter is null)
        {
            Release();
        }
        else
        {
            waiter.SetResult(null);
        }
    }

    /// <summary>Releases the instance to another node, between two checkpoints. Its activities that still run will be repeated there.</summary>
    public void ReleaseToOtherNodes()
    {
        TaskCompletionSource<IList<TaskMessage>?>? waiter;
        bool isReleased;
        lock (_gate)
        {
            _isForAnotherNode = true;
            waiter = _waiter;
            _waiter = null;
            isReleased = !_isGone && waiter is null && _phase is Phase.Idle or Phase.Queued;
            _phase = isReleased ? Phase.Releasing : _phase;
        }

        if (isReleased)
        {
            Release();
        }
        else
        {
            waiter?.SetResult(null);
        }
    }

    private void Leave(bool isOver)
    {
        _host.Remove(this, isOver);
        Drop();
    }

    private void Release()
    {
        InstanceRelease release;
        lock (_gate)
        {
            DateTime? next = null;
            foreach (var timer in _timers)
            {
                next = timer.IsOver || timer.FireAt >= next ? next : timer.FireAt;
            }

            var wakeIn = _isForAnotherNode ? TimeSpan.Zero : next - _host.TimeProvider.GetUtcNow().UtcDateTime;
            release = new InstanceRelease(wakeIn < TimeSpan.Zero ? TimeSpan.Zero : wakeIn, InboxCount);
        }

        _host.Writer.Enqueue(new ReleaseRequest(this) { InstanceId = Id, Release = release });
    }

    /// <summary>The release was committed, or refused because a message came meanwhile.</summary>
    internal void Released(bool isReleased)
    {
        if (isReleased || !_host.IsOpen)
        {
            Leave(isOver: false);
            return;
        }

        // A message came meanwhile.
        bool isReady;
        lock (_gate)
        {
            isReady = _inbox.Count > 0;
            _phase = isReady ? Phase.Queued : Phase.Idle;
            _idleSince = _host.TimeProvider.GetTimestamp();
        }

        _host.LookForMessages();
        if (isReady)
        {
            _host.Ready(this);
        }
    }

    private sealed class ReleaseRequest(OrchestrationSession session) : CommitRequest
    {
        public override long? Node => session.Node;

        public override IThreadPoolWorkItem? OnCommitted(CommitOutcome outcome)
        {
            session.Released(outcome.Released.Contains(session.Id));
            return null;
        }

        public override void OnFailed(Exception exception) => session.Leave(isOver: false);
    }
}
