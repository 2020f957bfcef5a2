using System.Runtime.CompilerServices;
using DurableTask.PostgreSQL.Sessions;
using Microsoft.Extensions.Logging;

namespace DurableTask.PostgreSQL.Storage;

/// <summary>
/// The one place that writes to the task hub. Requests that wait when it is free go into one transaction together, so a checkpoint costs a
/// share of a commit; under load the shares get smaller by themselves.
/// </summary>
/// <remarks>
/// Commits carry numbers that the node's row keeps. When the connection breaks while a commit is under way, that number shows whether
/// it took place, so nothing is written twice and nothing is lost.
/// <para>
/// It has no thread and no loop. The caller that brings a request while nothing is being written starts the writing; the thread that learns that a
/// commit is done starts the next one and then continues one of the instances that it was for. On a busy machine an orchestration of
/// short steps would otherwise spend most of its time waiting for a thread.
/// </para>
/// </remarks>
internal sealed class GroupCommitWriter : IAsyncDisposable
{
    private readonly CommitConnection _connection;
    private readonly TimeProvider _timeProvider;
    private readonly TaskHubMetrics _metrics;
    private readonly ILogger<GroupCommitWriter> _logger;
    private readonly CommitQueue _queue;
    private ExecutionContext? _context;
    private CancellationToken _cancellation;
    private volatile Membership _membership = new(0);

    public GroupCommitWriter(
        CommitConnection connection,
        TimeProvider timeProvider,
        TaskHubMetrics metrics,
        ILogger<GroupCommitWriter> logger)
    {
        _connection = connection;
        _timeProvider = timeProvider;
        _metrics = metrics;
        _logger = logger;
        _queue = new CommitQueue(timeProvider, BeginWriting);
    }

    /// <summary>Called when a commit was refused because another node declared this one dead.</summary>
    public event Action<long>? Fenced;

    /// <summary>Makes later commits those of this node.</summary>
    public void Attach(long nodeId) => _membership = new Membership(nodeId);

    /// <summary>
    /// Takes a request, or adds it to an earlier one of the same session that is not in a commit yet. The request's outcome may be reported before
    /// this returns: call it with no lock held.
    /// </summary>
    /// <param name="request">What to write.</param>
    /// <param name="earlier">The session's last request; <see langword="null"/> for none.</param>
    /// <returns>The request that it is part of.</returns>
    public CommitRequest Enqueue(CommitRequest request, CheckpointRequest? earlier = null)
    {
        if (_queue.Add(request, earlier) is { } added)
        {
            return added;
        }

        request.OnFailed(new ServiceStoppedException());
        return request;
    }

    /// <summary>Leaves the request out of what is written, unless it is in a commit already.</summary>
    public void Drop(CommitRequest request) => _queue.Drop(request);

    /// <summary>Begins to write, also what was enqueued before.</summary>
    /// <param name="cancellationToken">Drops what is not written yet.</param>
    /// <returns>Ends when the last request was written after <see cref="Complete"/>, or when it was canceled.</returns>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        _context = ExecutionContext.Capture();
        _cancellation = cancellationToken;
        _queue.Open();
        return _queue.Ended;
    }

    /// <summary>Takes no more requests; those taken are still written.</summary>
    public void Complete() => _queue.Complete();

    public async ValueTask DisposeAsync()
    {
        await _queue.DisposeAsync();
        await _connection.DisposeAsync();
    }

    /// <remarks>
    /// The caller's thread starts the writing, unless it has a synchronization context. Its execution context, such as its trace, is left behind.
    /// </remarks>
    private void BeginWriting()
    {
        if (SynchronizationContext.Current is null && TaskScheduler.Current == TaskScheduler.Default && _context is { } context)
        {
            ExecutionContext.Run(context, static self => _ = ((GroupCommitWriter)self!).WriteWaitingAsync(isFirst: true), this);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(static self => _ = self.WriteWaitingAsync(isFirst: true), this, preferLocal: false);
        }
    }

    /// <summary>Writes until nothing waits. The instances of a commit continue while the next commit is under way.</summary>
    private async Task WriteWaitingAsync(bool isFirst)
    {
        List<CommitRequest> group = [];
        try
        {
            while (_queue.TryTake(group, isFirst))
            {
                isFirst = false;
                if (await CommitAsync(group, _cancellation).ConfigureAwait(false) is { } work)
                {
                    _ = WriteWaitingAsync(isFirst: false);
                    GoOn(work);
                    return;
                }

                group.Clear();
            }
        }
        catch (OperationCanceledException) when (_cancellation.IsCancellationRequested)
        {
            _logger.LogDebug("The commit writer was stopped");
            GiveUp(group);
        }
        catch (Exception exception)
        {
            // A defect here must be logged, and must not leave callers waiting for ever.
            _logger.LogCritical(exception, "The commit writer cannot go on");
            GiveUp(group);
        }
    }

    private void GiveUp(List<CommitRequest> group) => FailAll([.. group, .. _queue.TakeAll()], new ServiceStoppedException());

    /// <summary>Runs it on this thread, or on another one where this thread's stack is deep.</summary>
    private static void GoOn(IThreadPoolWorkItem work)
    {
        if (RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            work.Execute();
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);
        }
    }

    /// <returns>The continuation of one of the requests; those of the others are queued.</returns>
    private async Task<IThreadPoolWorkItem?> CommitAsync(List<CommitRequest> group, CancellationToken cancellationToken)
    {
        // The node can join again at any moment: one commit is made as one node from its start to its last try.
        var membership = _membership;
        var stale = group.FindAll(r => membership.IsFenced || (r.Node is { } node && node != membership.NodeId));
        if (stale.Count > 0)
        {
            FailAll(stale, new NodeFencedException(membership.NodeId));
            group = group.Except(stale).ToList();
        }

        if (group.Count == 0)
        {
            return null;
        }

        var started = _timeProvider.GetTimestamp();
        var number = ++membership.LastNumber;
        CommitOutcome outcome;
        try
        {
            outcome = await _connection.WriteAsync(membership.NodeId, group, number, cancellationToken).ConfigureAwait(false);
        }
        catch (NodeFencedException exception)
        {
            membership.IsFenced = true;
            FailAll(group, exception);
            if (membership == _membership)
            {
                Fenced?.Invoke(membership.NodeId);
            }

            return null;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            await IsolateAsync(group, exception, cancellationToken).ConfigureAwait(false);
            return null;
        }

        _metrics.Committed(group.Count, _timeProvider.GetElapsedTime(started));
        IThreadPoolWorkItem? last = null;
        foreach (var request in group)
        {
            if (request.OnCommitted(outcome) is { } work)
            {
                Queue(last);
                last = work;
            }
        }

        return last;
    }

    private static void Queue(IThreadPoolWorkItem? work)
    {
        if (work is not null)
        {
            ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);
        }
    }

    /// <summary>A request that cannot be written must not fail the others: the group is halved until that request is alone.</summary>
    private async Task IsolateAsync(List<CommitRequest> group, Exception exception, CancellationToken cancellationToken)
    {
        if (group.Count == 1)
        {
            _logger.LogError(exception, "A commit of instance {InstanceId} cannot be written", group[0].InstanceId);
            group[0].OnFailed(exception);
            return;
        }

        var half = group.Count / 2;
        Queue(await CommitAsync(group.GetRange(0, half), cancellationToken).ConfigureAwait(false));
        Queue(await CommitAsync(group.GetRange(half, group.Count - half), cancellationToken).ConfigureAwait(false));
    }

    private static void FailAll(List<CommitRequest> group, Exception exception)
    {
        foreach (var request in group)
        {
            request.OnFailed(exception);
        }
    }

    /// <summary>The node under one of its numbers.</summary>
    private sealed class Membership(long nodeId)
    {
        public long NodeId { get; } = nodeId;

        /// <summary>The number of its last commit.</summary>
        public long LastNumber { get; set; }

        /// <summary>Whether it was declared dead.</summary>
        public bool IsFenced { get; set; }
    }
}
