using System.Threading.Channels;
using EmbeddedFunctions.Engine.Orchestration;
using EmbeddedFunctions.Engine.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace EmbeddedFunctions.Engine;

/// <content>What a node does again and again: taking work, reading its inbox, saying that it lives, sweeping.</content>
internal sealed partial class DurableEngine
{
    private async Task<TimeSpan> AcquireAsync(CancellationToken cancellationToken)
    {
        if (_takenInDoubt && Host.IsOpen)
        {
            await AdoptTakenAsync(cancellationToken);
        }

        while (Host.IsOpen && !WantsRoom())
        {
            _takenInDoubt = true;

            // No more than keep the activities busy: the rest is another node's as well.
            var busy = (2 * _options.MaxConcurrentActivities) - Host.Activities.Backlog;
            var limit = Math.Min(Math.Min(AcquireBatch, Math.Max(busy, 1)), _options.MaxLiveOrchestrations - Host.Count);
            var taken = limit > 0 ? await Store.AcquireAsync(Host.NodeId, _clock.UtcNow, limit, Host.Versions.Rejected, cancellationToken) : [];
            if (taken.Count == 0)
            {
                _takenInDoubt = false;
                break;
            }

            await AdoptAsync(taken, cancellationToken);
        }

        var next = Host.IsOpen ? await Store.NextWakeAsync(Host.Versions.Rejected, cancellationToken) : null;
        var wait = next is { } at ? at - _clock.UtcNow : _options.SweepInterval;
        if (wait <= TimeSpan.Zero)
        {
            // Work waits for a place, or another node is about to take it. What only waits for a timer or an event does so in the database;
            // to a node that is merely busy that would bring no relief, only the work of taking it up again.
            foreach (var instance in Host.HasPlace ? [] : Host.All)
            {
                instance.EvictIfIdle(PressedIdle);
            }

            wait = PressedIdle;
        }

        await WaitForSignalAsync(_workSignal, wait < _options.SweepInterval ? wait : _options.SweepInterval, cancellationToken);
        return TimeSpan.Zero;
    }

    /// <summary>Whether there is no room. If so, an instance that ends signals that there may be work for its place; else nothing need look.</summary>
    private bool WantsRoom()
    {
        _wantsRoom = false;
        if (!Host.HasRoom)
        {
            // Said first, and looked at again: what leaves from here on is heard.
            Interlocked.Exchange(ref _wantsRoom, true);
            _wantsRoom = !Host.HasRoom;
        }

        return _wantsRoom;
    }

    private async Task AdoptAsync(List<InstanceRecord> taken, CancellationToken cancellationToken)
    {
        var forOthers = taken.Where(i => Host.Versions.Rejects(i.Version)).Select(i => i.Id).ToHashSet(StringComparer.Ordinal);
        if (forOthers.Count > 0)
        {
            _logger.LogInformation("{Count} orchestrations of other versions are left to other nodes", forOthers.Count);
            await Store.GiveBackAsync(Host.NodeId, forOthers, _clock.UtcNow, cancellationToken);
            taken.RemoveAll(i => forOthers.Contains(i.Id));
        }

        var histories = await Store.LoadHistoriesAsync(taken.Select(i => i.Id), cancellationToken);
        foreach (var instance in taken)
        {
            Host.Adopt(instance, histories.GetValueOrDefault(instance.Id) ?? []);
        }

        _takenInDoubt = false;
        if (taken.Exists(i => i.Mail > 0))
        {
            SignalMail();
        }
    }

    /// <summary>Instances can have been taken by a statement whose answer was lost: in the database this node holds them, here nobody does.</summary>
    private async Task AdoptTakenAsync(CancellationToken cancellationToken)
    {
        var held = await Store.FindTakenAsync(Host.NodeId, among: null, cancellationToken);
        var missing = held.Where(i => !Host.TryFind(i.Id, out _)).Select(i => i.Id).ToArray();

        // One that has just ended is missing here too. Its row said so before it left: a second look leaves it out.
        await AdoptAsync(await Store.FindTakenAsync(Host.NodeId, missing, cancellationToken), cancellationToken);
    }

    private async Task<TimeSpan> ReadInboxAsync(CancellationToken cancellationToken)
    {
        await WaitForSignalAsync(_mailSignal, _options.SweepInterval, cancellationToken);
        var settled = Host.ConsumedInbox.Count;
        var unread = Host.UnreadMail.Count;
        var seen = new List<(LiveInstance Instance, long Mail)>();
        foreach (var (message, mail) in await Store.ReadInboxAsync(Host.NodeId, cancellationToken))
        {
            if (!Host.TryFind(message.InstanceId, out var instance))
            {
                continue;
            }

            if (instance.KnownInbox.Add(message.Id))
            {
                instance.Post(Open(message));
            }

            seen.Add((instance, mail));
        }

        // Counted only now that all of them are with the instance: one that counts what it does not have could be let go.
        seen.ForEach(s => s.Instance.Mail = Math.Max(s.Instance.Mail, s.Mail));
        while (unread-- > 0 && Host.UnreadMail.TryDequeue(out var read))
        {
            read.Instance.Mail = Math.Max(read.Instance.Mail, read.Mail);
        }

        // Rows that were gone before this look cannot come up in a later one.
        while (settled-- > 0 && Host.ConsumedInbox.TryDequeue(out var consumed))
        {
            consumed.Instance.KnownInbox.Remove(consumed.Id);
        }

        return TimeSpan.Zero;
    }

    private async Task<TimeSpan> BeatAsync(CancellationToken cancellationToken)
    {
        var longestPause = _options.Lease > _options.HeartbeatInterval * 2 ? _options.Lease : _options.HeartbeatInterval * 2;
        var since = _clock.Since(_lastBeat) < longestPause ? _beatingSince : null;
        _beatingSince = null;
        if (Host.IsOpen && !await _nodes.BeatAsync(Host.NodeId, cancellationToken))
        {
            await RejoinAsync();
        }

        _lastBeat = _clock.Timestamp;
        _beatingSince = since ?? _lastBeat;
        var trustsSilence = _clock.Since(_beatingSince.Value) >= _options.ReconnectGrace;
        var freed = await _nodes.BuryDeadAsync(Host.NodeId, _identity, _options, trustsSilence, cancellationToken);
        if (freed > 0)
        {
            _logger.LogInformation("{Count} instances of a dead node are free to be taken", freed);
            SignalWork();
        }

        return _options.HeartbeatInterval;
    }

    private async Task<TimeSpan> SweepAsync(CancellationToken cancellationToken)
    {
        foreach (var instance in Host.All)
        {
            instance.EvictIfIdle(_options.IdleBeforeEviction);
        }

        await Store.ClearDeadLettersAsync(cancellationToken);
        return _options.SweepInterval * 5;
    }

    /// <summary>
    /// A child on record whose row was refused, its id being in use, never ends, and one that ended while its parent had failed has told
    /// nobody: the parent is told now. What it knows already it takes no second time.
    /// </summary>
    private async Task ConfirmChildrenAsync(LiveInstance instance, List<OrchestrationAction> children)
    {
        foreach (var child in children.OfType<SubOrchestrationAction>())
        {
            InstanceRecord? row = null;
            while (!_stopping.IsCancellationRequested)
            {
                try
                {
                    row = await Store.FindAsync(child.ChildId, _stopping.Token);
                    break;
                }
                catch (Exception exception) when (DatabaseErrors.IsOutage(exception))
                {
                    await PauseAsync(_options.HeartbeatInterval);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }

            if (row is null || !string.Equals(row.ParentId, instance.Id, StringComparison.Ordinal))
            {
                instance.Post(new ChildEnded(child.TaskId, null, FailureCodec.Write(new TaskFailureDetails(
                    typeof(InvalidOperationException).FullName!,
                    row is null
                        ? $"Sub-orchestration '{child.Name}' with the ID {child.ChildId} is gone."
                        : $"An orchestration instance with the ID {child.ChildId} already exists.",
                    null,
                    null,
                    null))));
            }
            else if (row is { IsEnded: true } && row.ParentTaskId == child.TaskId)
            {
                var isCompleted = row.Status is OrchestrationRuntimeStatus.Completed;
                instance.Post(new ChildEnded(
                    child.TaskId,
                    isCompleted ? row.Output : null,
                    isCompleted ? null : row.Failure ?? FailureCodec.Write(FailureCodec.Terminated(row))));
            }
        }
    }

    private static InstanceMessage Open(InboxMessage message) => message.Kind switch
    {
        InboxMessageKind.Event => new EventArrived(message.Name!, message.Data) { InboxId = message.Id },
        InboxMessageKind.Terminate => new TerminateRequested(message.Data, message.Name is TerminateRequested.RecursiveName) { InboxId = message.Id },
        InboxMessageKind.Suspend => new SuspendRequested(message.Data) { InboxId = message.Id },
        InboxMessageKind.Resume => new ResumeRequested(message.Data) { InboxId = message.Id },
        InboxMessageKind.ChildCompleted => new ChildEnded(message.TaskId, message.Data, null) { InboxId = message.Id },
        InboxMessageKind.ChildFailed => new ChildEnded(message.TaskId, null, message.Data) { InboxId = message.Id },
        InboxMessageKind.Purge => new PurgeRequested { InboxId = message.Id },
        _ => throw new InvalidOperationException($"Inbox message {message.Id} is of unknown kind {message.Kind}."),
    };

    /// <summary>Runs a loop's body again and again, through outages, until the node stops. The body returns how long to pause.</summary>
    private async Task RepeatAsync(string what, Func<CancellationToken, Task<TimeSpan>> body)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var pause = await body(_stopping.Token);
                if (pause > TimeSpan.Zero)
                {
                    await PauseAsync(pause);
                }
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (NodeFencedException)
            {
                await RejoinAsync();
            }
            catch (Exception exception)
            {
                // A loop that ended would silently take a part of the engine with it.
                var isOutage = DatabaseErrors.IsOutage(exception);
                _logger.Log(isOutage ? LogLevel.Warning : LogLevel.Error, isOutage ? null : exception, "{What} failed: {Reason}", what, exception.Message);
                await PauseAsync(TimeSpan.FromMilliseconds(500));
            }
        }
    }

    private Task PauseAsync(TimeSpan pause) =>
        Task.Delay(pause, _clock.TimeProvider, _stopping.Token).ContinueWith(_ => { }, TaskScheduler.Default);

    private static async Task WaitForSignalAsync(Channel<bool> signal, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            await signal.Reader.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Time to look without being told.
        }
    }
}
