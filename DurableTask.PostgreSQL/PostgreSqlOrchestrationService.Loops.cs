using System.Threading.Channels;
using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.PostgreSQL.Sessions;
using DurableTask.PostgreSQL.Storage;
using Microsoft.Extensions.Logging;

namespace DurableTask.PostgreSQL;

/// <content>The loops of a node: taking work, reading its inbox, the heartbeat, the sweep.</content>
public sealed partial class PostgreSqlOrchestrationService
{
    /// <summary>The most instances taken in one go: their histories are loaded together.</summary>
    private const int AcquireBatch = 500;

    private const string TakingWork = "taking work";
    private const string RewoundWithParent = "Rewound with the orchestration that waits for it.";

    /// <summary>How long an orchestration waits in memory before it is evicted when others wait for its place.</summary>
    private static readonly TimeSpan IdleTimeoutUnderPressure = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Since when this node's heartbeat has gone through without a break. The silence of other nodes does not count until the database, or
    /// this node, was back for long enough.
    /// </summary>
    private long? _beatingSince;
    private long _lastBeat;
    private bool _takenInDoubt;
    private bool _wantsRoom;

    private async Task<TimeSpan> AcquireAsync(CancellationToken cancellationToken)
    {
        if (_takenInDoubt && _sessions.IsOpen)
        {
            await AdoptTakenAsync(cancellationToken);
        }

        while (_sessions.IsOpen && !WantsRoom())
        {
            _takenInDoubt = true;

            // No more than keep the activities busy: the rest is another node's as well.
            var busy = (2 * _options.MaxConcurrentActivities) - _sessions.Activities.Backlog;
            var limit = Math.Min(Math.Min(AcquireBatch, Math.Max(busy, 1)), _options.MaxLiveOrchestrations - _sessions.Count);
            var (taken, hasMore) = limit > 0
                ? await _store.AcquireAsync(_sessions.NodeId, limit, _sessions.Versions, cancellationToken)
                : ([], false);
            if (taken.Count > 0)
            {
                await AdoptAsync(taken, cancellationToken);
            }
            else if (!hasMore)
            {
                _takenInDoubt = false;
                break;
            }
        }

        var wait = (_sessions.IsOpen ? await _store.NextWakeAsync(_sessions.Versions.Rejected, cancellationToken) : null) ?? _options.SweepInterval;
        if (wait <= TimeSpan.Zero)
        {
            // There is more work than room, here or on another node. Instances that only wait for a timer or an event are released;
            // on a node that is merely busy that would free nothing, and cost the work of taking them again.
            foreach (var session in _sessions.HasMemory ? [] : _sessions.All)
            {
                session.EvictIfIdle(IdleTimeoutUnderPressure);
            }

            wait = IdleTimeoutUnderPressure;
        }

        _health.Succeeded(TakingWork);
        await WaitForSignalAsync(_workSignal, wait < _options.SweepInterval ? wait : _options.SweepInterval, cancellationToken);
        return TimeSpan.Zero;
    }

    /// <summary>Whether there is no room. If so, an instance that ends signals that there may be work for its place; else nothing need look.</summary>
    private bool WantsRoom()
    {
        _wantsRoom = false;
        if (!_sessions.HasRoom)
        {
            // Set first, and looked at again: an instance that leaves from here on is noticed.
            Volatile.Write(ref _wantsRoom, true);
            Interlocked.MemoryBarrier();
            _wantsRoom = !_sessions.HasRoom;
        }

        return _wantsRoom;
    }

    private async Task AdoptAsync(List<StoredInstance> taken, CancellationToken cancellationToken)
    {
        var histories = await _store.LoadHistoriesAsync(taken, cancellationToken);
        foreach (var instance in taken)
        {
            _sessions.Adopt(instance, histories[instance.Id]);
        }

        _takenInDoubt = false;
        if (taken.Exists(i => i.InboxCount > 0))
        {
            SignalMessages();
        }
    }

    /// <summary>Instances can have been taken by a statement whose response was lost: in the database this node owns them, but they are not in memory.</summary>
    private async Task AdoptTakenAsync(CancellationToken cancellationToken)
    {
        var held = await _store.FindTakenAsync(_sessions.NodeId, among: null, cancellationToken);
        var missing = held.Where(i => !_sessions.TryFind(i.Id, out _)).Select(i => i.Id).ToArray();

        // One that has just ended is missing here too. Its row was changed before it left: a second read leaves it out.
        await AdoptAsync(await _store.FindTakenAsync(_sessions.NodeId, missing, cancellationToken), cancellationToken);
    }

    private async Task<TimeSpan> ReadInboxAsync(CancellationToken cancellationToken)
    {
        await WaitForSignalAsync(_messageSignal, _options.SweepInterval, cancellationToken);
        var settled = _sessions.ConsumedInbox.Count;
        var unread = _sessions.UnreadInbox.Count;
        var adoptions = _sessions.Adoptions;
        var isIncomplete = false;
        var seen = new List<(OrchestrationSession Session, long Count)>();
        foreach (var message in await _store.ReadInboxAsync(_sessions.NodeId, cancellationToken))
        {
            if (!_sessions.TryFind(message.InstanceId, out var session))
            {
                // It is being taken: the inbox is read again once it is here.
                _sessions.HasUnclaimedMessages = true;
                if (!_sessions.TryFind(message.InstanceId, out session))
                {
                    continue;
                }
            }

            // A session that came while the inbox was read may have replaced one that got the messages before this one, or has consumed this one.
            if (session.Adoption > adoptions)
            {
                isIncomplete = true;
                continue;
            }

            if (session.KnownInbox.Add(message.Id))
            {
                session.Post(new SessionMessage(message.Event, message.ExecutionId) { InboxId = message.Id });
            }

            seen.Add((session, message.InboxCount));
        }

        // Counted only now that all of them are with the session: one that counts what it does not have could be released.
        seen.ForEach(s => s.Session.InboxCount = Math.Max(s.Session.InboxCount, s.Count));
        while (unread-- > 0 && _sessions.UnreadInbox.TryDequeue(out var read))
        {
            read.Session.InboxCount = Math.Max(read.Session.InboxCount, read.Count);
        }

        // Rows that were gone before this look cannot come up in a later one.
        while (settled-- > 0 && _sessions.ConsumedInbox.TryDequeue(out var consumed))
        {
            consumed.Session.KnownInbox.Remove(consumed.Id);
        }

        if (isIncomplete)
        {
            SignalMessages();
        }

        return TimeSpan.Zero;
    }

    private async Task<TimeSpan> BeatAsync(CancellationToken cancellationToken)
    {
        var longestPause = _options.Lease > _options.HeartbeatInterval * 2 ? _options.Lease : _options.HeartbeatInterval * 2;
        var since = _timeProvider.GetElapsedTime(_lastBeat) < longestPause ? _beatingSince : null;
        _beatingSince = null;
        var nodeId = _sessions.NodeId;
        if (_sessions.IsOpen && !await _nodes.BeatAsync(nodeId, cancellationToken))
        {
            await RejoinAsync(nodeId);
        }

        _lastBeat = _timeProvider.GetTimestamp();
        _beatingSince = since ?? _lastBeat;
        var trustsSilence = _timeProvider.GetElapsedTime(_beatingSince.Value) >= _options.ReconnectGrace;
        var freed = await _nodes.RemoveDeadAsync(_sessions.NodeId, _identity, _options, trustsSilence, cancellationToken);
        if (freed > 0)
        {
            _logger.LogInformation("{Count} orchestrations of a dead node are free to be taken", freed);
            SignalWork();
        }

        return _options.HeartbeatInterval;
    }

    private async Task<TimeSpan> SweepAsync(CancellationToken cancellationToken)
    {
        foreach (var session in _sessions.All)
        {
            session.EvictIfIdle(_options.ExtendedSessionIdleTimeout);
        }

        foreach (var (id, output) in await _store.TerminationsAsync(cancellationToken))
        {
            await TryTerminateAsync(id, output);
        }

        await _store.ClearInboxAsync(cancellationToken);
        _sessions.ForgetExpectedInbox();
        return _options.SweepInterval * 5;
    }

    /// <summary>
    /// A sub-orchestration that ended while its parent had failed could not report: the parent gets its result now. One that failed is rewound with its
    /// parent.
    /// </summary>
    private async Task ConfirmChildrenAsync(OrchestrationSession session, Dictionary<int, string> children, bool isRewind)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                foreach (var child in await _store.EndedChildrenAsync(session.Id, children.Values, _stopping.Token))
                {
                    if (isRewind && child.Status is OrchestrationStatus.Failed)
                    {
                        await _store.SendAsync(
                            new OutgoingMessage(child.Id, null, HistoryCodec.Write([new ExecutionRewoundEvent(-1, RewoundWithParent)]), IsRewind: true),
                            _stopping.Token);
                        continue;
                    }

                    var task = child.Parent!.TaskScheduleId;
                    session.Post(new SessionMessage(child.Status is OrchestrationStatus.Completed
                        ? new SubOrchestrationInstanceCompletedEvent(-1, task, child.Output)
                        : new SubOrchestrationInstanceFailedEvent(
                            -1, task, child.Output, details: null, child.Failure is null ? null : JsonText.ReadFailure(child.Failure))));
                }

                return;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception exception)
            {
                _logger.LogDebug(exception, "The sub-orchestrations of {InstanceId} could not be looked up", session.Id);
                await PauseAsync(_options.HeartbeatInterval);
            }
        }
    }

    /// <summary>Runs a loop's body repeatedly, through outages, until the node stops. The body returns how long to pause.</summary>
    private async Task RepeatAsync(string what, Func<CancellationToken, Task<TimeSpan>> body)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var pause = await body(_stopping.Token);
                _health.Succeeded(what);
                if (pause > TimeSpan.Zero)
                {
                    await PauseAsync(pause);
                }
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (NodeFencedException exception)
            {
                await RejoinAsync(exception.NodeId);
            }
            catch (Exception exception)
            {
                // A loop that ended would silently disable a part of the node.
                _logger.LogDebug(exception, "A node failed at {What}", what);
                _health.Failed(what, exception);
                TaskHubDataSource.Renew(_dataSource, exception);
                await PauseAsync(TimeSpan.FromMilliseconds(500));
            }
        }
    }

    private Task PauseAsync(TimeSpan pause) =>
        Task.Delay(pause, _timeProvider, _stopping.Token).ContinueWith(_ => { }, TaskScheduler.Default);

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
            // Time to look without a signal.
        }
    }
}
