using Microsoft.Extensions.Logging;

namespace EmbeddedFunctions.Engine.Orchestration;

/// <content>From step to commit and from commit to step.</content>
internal sealed partial class LiveInstance
{
    /// <summary>How long a result that leads to nothing yet may wait in memory for the next one.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(5);

    internal LiveInstance Committed(InstanceCommit commit)
    {
        _committed = commit;
        return this;
    }

    internal void CommitFailed(InstanceCommit commit, Exception exception)
    {
        commit.NewInstances?.ForEach(_host.Settle);
        if (exception is NodeFencedException or EngineStoppedException)
        {
            commit.Acknowledge(false);
            Abandon();
            return;
        }

        commit.Acknowledge(false);
        _nextSequence = commit.RecordedBefore;
        if (_run.HasFailed)
        {
            _host.Logger.LogCritical(exception, "The end of instance {InstanceId} cannot be recorded: it stays as it is", Id);
            Leave();
            return;
        }

        // What the history cannot hold fails the run that produced it.
        _run.Fail(exception);
        _committed = new InstanceCommit(this) { InstanceId = Id };
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <returns>An activity to run on this thread, which is free now.</returns>
    private ActivityExecution? Advance()
    {
        while (!_gone)
        {
            if (_committed is { } commit)
            {
                _committed = null;
                if (!AfterCommit(commit))
                {
                    break;
                }
            }

            if (!_begun && !IsForAnotherNode)
            {
                BeginRun();
            }

            var next = _unhurried ?? new InstanceCommit(this) { InstanceId = Id, FirstSequence = _nextSequence, RecordedBefore = _nextSequence };
            _unhurried = null;
            var isUrgent = _begun ? Step(next) : StepAside(next);
            _run.EndEpisode();
            if (next.HasContent && (isUrgent || !MayWait(next)))
            {
                _patience?.Cancel();
                _patience = null;

                // From here on another thread may go on with it.
                var execution = TakeExecution();
                _host.Writer.Enqueue(next);
                return execution;
            }

            if (next.HasContent)
            {
                _unhurried = next;
                _patience ??= _host.Timers.Add(this, new RecordNow(), _host.Clock.UtcNow + Patience);
            }
            else
            {
                next.Acknowledge(true);
            }

            lock (_gate)
            {
                if (_mailbox.Count == 0)
                {
                    _busy = false;
                    _idleSince = _host.Clock.Timestamp;
                    return TakeExecution();
                }
            }
        }

        // What was under way when the node lost the instance is durable all the same.
        if (_committed is { } last)
        {
            _committed = null;
            last.Acknowledge(true);
            last.NewInstances?.ForEach(_host.Settle);
        }

        return TakeExecution();
    }

    /// <summary>
    /// Results that lead to nothing as long as other activities run are recorded together with the next one, if it comes soon: of those
    /// that an orchestrator awaits at once, only the last one is waited for.
    /// </summary>
    private bool MayWait(InstanceCommit next)
    {
        lock (_activities)
        {
            return _activities.Count > 0 && next.IsPatient;
        }
    }

    private ActivityExecution? TakeExecution()
    {
        var execution = _execution;
        _execution = null;
        return execution;
    }

    /// <returns>Whether the instance goes on here.</returns>
    private bool AfterCommit(InstanceCommit commit)
    {
        commit.Acknowledge(true);
        commit.ConsumedInbox?.ForEach(id => _host.ConsumedInbox.Enqueue((this, id)));
        if (commit.Purge || commit.Update is { Ended: true })
        {
            if (commit.Update is { Ended: true } end)
            {
                _host.Ended(end.Status.ToString());
                _span?.Ended(end);
            }

            Leave();
            return false;
        }

        if (commit.Release is not null)
        {
            if (commit.Outcome.Released.Contains(Id) || !_host.IsOpen)
            {
                Leave();
                return false;
            }

            // A message came while it was about to go.
            _host.LookForMail();
        }

        if (commit.Renewal is not null)
        {
            _recoveredHistory = commit.Events;
            return true;
        }

        foreach (var child in commit.NewInstances ?? [])
        {
            if (!commit.Outcome.Created.Contains(child.ExecutionId))
            {
                RefuseChild(child.ParentTaskId!.Value, $"An orchestration instance with the ID {child.Id} already exists.");
            }
            else if (child.Owner is not null)
            {
                _host.Adopt(child);
            }

            _host.Settle(child);
        }

        Start();
        return true;
    }
}
