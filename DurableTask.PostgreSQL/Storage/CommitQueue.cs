using DurableTask.PostgreSQL.Sessions;

namespace DurableTask.PostgreSQL.Storage;

/// <summary>The requests that wait for the next commit, and the rule that decides when it is due.</summary>
/// <remarks>
/// An urgent request makes a commit due at once. One that is not goes with the next commit, or makes one due after <see cref="LongestDelay"/>: no
/// caller waits for it, and a crash before it is written only repeats activities.
/// </remarks>
internal sealed class CommitQueue : IAsyncDisposable
{
    /// <summary>The most requests that one commit takes.</summary>
    private const int MaxGroup = 512;

    /// <summary>How long a request that is not urgent waits for others to be written with.</summary>
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(5);

    private readonly Action _due;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<CommitRequest> _held = [];
    private readonly Queue<CommitRequest> _queue = new();
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly ITimer _delay;
    private int _urgent;
    private bool _isDelayRunning;
    private bool _isOpen;
    private bool _isWriting;
    private bool _isComplete;

    /// <param name="timeProvider">Measures the delay.</param>
    /// <param name="due">Starts to write, until <see cref="TryTake"/> has nothing more. Called with no lock held.</param>
    public CommitQueue(TimeProvider timeProvider, Action due)
    {
        _due = due;
        _delay = timeProvider.CreateTimer(
            static self => ((CommitQueue)self!).OnDelayOver(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends when all is written after <see cref="Complete"/>, or after <see cref="TakeAll"/>.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Adds a request, or merges it into an earlier one of the same session that is not in a commit yet.</summary>
    /// <returns>The request that it is part of; <see langword="null"/> when the queue takes no more.</returns>
    public CommitRequest? Add(CommitRequest request, CheckpointRequest? earlier)
    {
        bool begins;
        lock (_gate)
        {
            if (_isComplete)
            {
                return null;
            }

            if (earlier is { IsTaken: false, IsDropped: false })
            {
                _urgent += request.IsUrgent && !earlier.IsUrgent ? 1 : 0;
                earlier.Add((CheckpointRequest)request);
                request = earlier;
            }
            else
            {
                _urgent += request.IsUrgent ? 1 : 0;
                _queue.Enqueue(request);
            }

            begins = _isOpen && !_isWriting && _urgent > 0;
            _isWriting |= begins;
            if (!_isWriting)
            {
                RunDelay();
            }
        }

        if (begins)
        {
            _due();
        }

        return request;
    }

    /// <summary>Leaves the request out, unless it is in a commit already.</summary>
    public void Drop(CommitRequest request)
    {
        lock (_gate)
        {
            request.IsDropped = true;
        }
    }

    /// <summary>From now on commits are due, also for what was added before.</summary>
    public void Open()
    {
        lock (_gate)
        {
            _isOpen = true;
        }

        BeginIfWaiting();
    }

    /// <summary>Takes no more requests; those taken are still written.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isComplete = true;
            if (!_isWriting && _queue.Count == 0 && _held.Count == 0)
            {
                _ended.TrySetResult();
            }
        }

        BeginIfWaiting();
    }

    /// <summary>Fills the group for the next commit. With nothing urgent left the writing is over until it is due again.</summary>
    /// <param name="group">Gets the requests.</param>
    /// <param name="isFirst">Whether the writing has just begun: then what is not urgent is taken, too.</param>
    /// <returns>Whether there is something to write.</returns>
    /// <remarks>
    /// Two requests for the same new id cannot share a statement: the later one waits for the next commit. So does a second request of an instance,
    /// which is behind a new generation, a release or an end.
    /// </remarks>
    public bool TryTake(List<CommitRequest> group, bool isFirst)
    {
        lock (_gate)
        {
            var isEmpty = _held.Count == 0 && _queue.Count == 0;
            if (isEmpty || (!isFirst && _urgent == 0 && !_isComplete))
            {
                _isWriting = false;
                if (!isEmpty)
                {
                    RunDelay();
                }
                else if (_isComplete)
                {
                    _ended.TrySetResult();
                }

                return false;
            }

            _ids.Clear();
            CommitRequest[] earlier = [.. _held];
            _held.Clear();
            foreach (var request in earlier)
            {
                Place(request, group);
            }

            while (group.Count < MaxGroup && _queue.TryDequeue(out var request))
            {
                Place(request, group);
            }

            return true;
        }
    }

    /// <summary>Takes no more requests, and returns those that wait.</summary>
    public List<CommitRequest> TakeAll()
    {
        lock (_gate)
        {
            _isComplete = true;
            _isWriting = false;
            List<CommitRequest> all = [.. _held, .. _queue];
            all.ForEach(r => r.IsTaken = true);
            _held.Clear();
            _queue.Clear();
            _ended.TrySetResult();
            return all;
        }
    }

    public ValueTask DisposeAsync() => _delay.DisposeAsync();

    private void Place(CommitRequest request, List<CommitRequest> group)
    {
        if (!request.IsDropped
            && (_ids.Contains(request.InstanceId) || (request.NewInstances?.Exists(n => _ids.Contains(n.Instance.Id)) ?? false)))
        {
            _held.Add(request);
            return;
        }

        _urgent -= request.IsUrgent ? 1 : 0;
        if (!request.IsDropped)
        {
            _ids.Add(request.InstanceId);
            request.NewInstances?.ForEach(n => _ids.Add(n.Instance.Id));
            request.IsTaken = true;
            group.Add(request);
        }
    }

    private void RunDelay()
    {
        if (!_isDelayRunning)
        {
            _isDelayRunning = true;
            _delay.Change(LongestDelay, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnDelayOver()
    {
        lock (_gate)
        {
            _isDelayRunning = false;
        }

        BeginIfWaiting();
    }

    private void BeginIfWaiting()
    {
        bool begins;
        lock (_gate)
        {
            begins = _isOpen && !_isWriting && (_queue.Count > 0 || _held.Count > 0);
            _isWriting |= begins;
        }

        if (begins)
        {
            _due();
        }
    }
}
