using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EmbeddedFunctions.Engine.Storage;

/// <summary>
/// The one place that writes to the task hub. Requests that wait when it is free go into one transaction together, so a step costs a
/// share of a commit; under load the shares get smaller by themselves.
/// </summary>
/// <remarks>
/// Commits carry numbers that the node's row keeps. When the connection breaks while a commit is under way, that number tells whether
/// it took place, so nothing is written twice and nothing is given up.
/// <para>
/// It has no thread and no loop. Who brings a request while nothing is being written starts the writing; the thread that learns that a
/// commit is done starts the next one and then goes on with one of the instances that it was for. What waiting for a thread costs on a
/// busy machine is what an orchestration of short steps would otherwise spend most of its time on.
/// </para>
/// </remarks>
internal sealed class GroupCommitWriter(
    NpgsqlDataSource dataSource,
    CommitSql sql,
    string channel,
    EngineClock clock,
    EngineMetrics metrics,
    ILogger<GroupCommitWriter> logger) : IAsyncDisposable
{
    /// <summary>The most requests that one commit takes.</summary>
    private const int MaxGroup = 512;

    private readonly CommitConnection _connection = new(dataSource, sql, channel, clock, logger);
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<CommitRequest> _held = [];
    private readonly Queue<CommitRequest> _queue = new();
    private ExecutionContext? _context;
    private CancellationToken _cancellation;
    private bool _isOpen;
    private bool _isWriting;
    private bool _isComplete;
    private volatile Membership _membership = new(0);

    /// <summary>Called when a commit was refused because another node declared this one dead.</summary>
    public event Action? Fenced;

    /// <summary>Whether the database did not answer when it was last asked; commits wait until it does.</summary>
    public bool IsDatabaseAway => _connection.IsDatabaseAway;

    /// <summary>From now on commits are this node's.</summary>
    public void Attach(long nodeId)
    {
        _membership = new Membership(nodeId);
        _connection.IsDatabaseAway = false;
    }

    /// <summary>Takes a request. What becomes of it is told to the request, which may happen before this returns: call it with no lock held.</summary>
    public void Enqueue(CommitRequest request)
    {
        request.Seal();
        bool isTaken, begins;
        lock (_gate)
        {
            isTaken = !_isComplete;
            begins = isTaken && _isOpen && !_isWriting;
            _isWriting |= begins;
            if (isTaken)
            {
                _queue.Enqueue(request);
            }
        }

        if (begins)
        {
            BeginWriting();
        }
        else if (!isTaken)
        {
            request.OnFailed(new EngineStoppedException());
        }
    }

    /// <summary>Begins to write, also what was brought before.</summary>
    /// <param name="cancellationToken">Gives up what is not written yet.</param>
    /// <returns>Ends when the last request was written after <see cref="Complete"/>, or when it was cancelled.</returns>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        _context = ExecutionContext.Capture();
        _cancellation = cancellationToken;
        bool begins;
        lock (_gate)
        {
            _isOpen = true;
            begins = _queue.Count > 0;
            _isWriting = begins;
        }

        if (begins)
        {
            BeginWriting();
        }

        return _ended.Task;
    }

    /// <summary>Takes no more requests; those taken are still written.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isComplete = true;
            if (!_isWriting)
            {
                _ended.TrySetResult();
            }
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    /// <remarks>
    /// The bringer's thread starts the writing, unless it is bound to something. What flows with it, such as its trace, does not come along.
    /// </remarks>
    private void BeginWriting()
    {
        if (SynchronizationContext.Current is null && TaskScheduler.Current == TaskScheduler.Default && _context is { } context)
        {
            ExecutionContext.Run(context, static self => _ = ((GroupCommitWriter)self!).WriteWaitingAsync(), this);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(static self => _ = self.WriteWaitingAsync(), this, preferLocal: false);
        }
    }

    /// <summary>Writes until nothing waits. What a commit was for goes on while the next one is under way already.</summary>
    private async Task WriteWaitingAsync()
    {
        List<CommitRequest> group = [];
        try
        {
            while (TakeGroup(group))
            {
                if (await CommitAsync(group, _cancellation).ConfigureAwait(false) is { } work)
                {
                    _ = WriteWaitingAsync();
                    GoOn(work);
                    return;
                }

                group.Clear();
            }
        }
        catch (OperationCanceledException) when (_cancellation.IsCancellationRequested)
        {
            logger.LogDebug("The commit writer was stopped");
            GiveUp(group);
        }
        catch (Exception exception)
        {
            // A defect here must show itself, and must not leave anyone waiting for ever.
            logger.LogCritical(exception, "The commit writer cannot go on");
            GiveUp(group);
        }
    }

    private void GiveUp(List<CommitRequest> group)
    {
        lock (_gate)
        {
            _isComplete = true;
            _isWriting = false;
            group.AddRange(_held);
            group.AddRange(_queue);
            _held.Clear();
            _queue.Clear();
        }

        FailAll(group, new EngineStoppedException());
        _ended.TrySetResult();
    }

    /// <summary>Runs it on this thread, which has nothing else to do; on another where this one's stack has grown deep.</summary>
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

    /// <summary>Fills the group with what waits; with nothing, the writing is over until somebody begins it again.</summary>
    /// <remarks>Two requests for the same new id cannot share a statement: the later one waits for the next commit.</remarks>
    private bool TakeGroup(List<CommitRequest> group)
    {
        lock (_gate)
        {
            if (_held.Count == 0 && _queue.Count == 0)
            {
                _isWriting = false;
                if (_isComplete)
                {
                    _ended.TrySetResult();
                }

                return false;
            }

            HashSet<string>? newIds = null;
            var earlier = _held.Count > 0 ? _held.ToArray() : [];
            _held.Clear();
            foreach (var request in earlier)
            {
                Place(request);
            }

            while (group.Count < MaxGroup && _queue.TryDequeue(out var request))
            {
                Place(request);
            }

            return true;

            void Place(CommitRequest request)
            {
                if (request.NewInstances is { } instances)
                {
                    newIds ??= new HashSet<string>(StringComparer.Ordinal);
                    if (instances.Exists(i => newIds.Contains(i.Id)))
                    {
                        _held.Add(request);
                        return;
                    }

                    instances.ForEach(i => newIds.Add(i.Id));
                }

                group.Add(request);
            }
        }
    }

    /// <returns>What one of the requests goes on with; the others' is under way.</returns>
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

        var started = clock.Timestamp;
        var number = ++membership.LastNumber;
        CommitOutcome outcome;
        try
        {
            outcome = await _connection.WriteAsync(membership.NodeId, group, number, cancellationToken).ConfigureAwait(false);
        }
        catch (NodeFencedException exception)
        {
            membership.IsFenced = true;
            _connection.IsDatabaseAway = false;
            FailAll(group, exception);
            if (membership == _membership)
            {
                Fenced?.Invoke();
            }

            return null;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            await IsolateAsync(group, exception, cancellationToken).ConfigureAwait(false);
            return null;
        }

        metrics.Committed(group.Count, clock.Since(started));
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

    /// <summary>A request that cannot be written must not take the others with it: halves are tried until it stands alone.</summary>
    private async Task IsolateAsync(List<CommitRequest> group, Exception exception, CancellationToken cancellationToken)
    {
        if (group.Count == 1)
        {
            logger.LogError(exception, "A commit of instance {InstanceId} cannot be written", group[0].InstanceId);
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
