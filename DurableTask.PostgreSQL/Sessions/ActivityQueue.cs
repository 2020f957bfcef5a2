using System.Threading.Channels;
using DurableTask.Core;
using DurableTask.Core.History;

namespace DurableTask.PostgreSQL.Sessions;

/// <summary>Activities of this node's orchestrations that wait for the dispatcher, in the order in which they were scheduled.</summary>
internal sealed class ActivityQueue
{
    private readonly Channel<ActivityWorkItem> _waiting = Channel.CreateUnbounded<ActivityWorkItem>();
    private int _backlog;
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;
    private volatile bool _isStopping;

    /// <summary>Activities that wait for a free slot.</summary>
    public int Backlog => Volatile.Read(ref _backlog);

    /// <summary>Activities that the dispatcher has.</summary>
    public int Running => Volatile.Read(ref _running);

    public void Add(ActivityWorkItem activity)
    {
        Interlocked.Increment(ref _backlog);
        _waiting.Writer.TryWrite(activity);
    }

    /// <returns>The next activity that its orchestration still waits for; <see langword="null"/> when canceled.</returns>
    public async Task<TaskActivityWorkItem?> NextAsync(CancellationToken cancellationToken)
    {
        if (TryTake() is { } waiting)
        {
            return waiting;
        }

        try
        {
            while (await _waiting.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                if (TryTake() is { } activity)
                {
                    return activity;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The dispatcher stops.
        }

        return null;
    }

    /// <summary>The dispatcher is done with an activity.</summary>
    public void Ended()
    {
        if (Interlocked.Decrement(ref _running) == 0 && _isStopping)
        {
            _drained.TrySetResult();
        }
    }

    /// <summary>Gives the dispatcher no more; ends when those that it has are done.</summary>
    public Task StopAsync()
    {
        _isStopping = true;
        _waiting.Writer.TryComplete();
        if (Volatile.Read(ref _running) == 0)
        {
            _drained.TrySetResult();
        }

        return _drained.Task;
    }

    private ActivityWorkItem? TryTake()
    {
        while (!_isStopping && _waiting.Reader.TryRead(out var activity))
        {
            Interlocked.Decrement(ref _backlog);
            if (activity.Session.Awaits(activity))
            {
                Interlocked.Increment(ref _running);
                return activity;
            }
        }

        return null;
    }
}

/// <summary>An activity that an orchestration of this node waits for.</summary>
internal sealed class ActivityWorkItem : TaskActivityWorkItem
{
    public ActivityWorkItem(OrchestrationSession session, TaskMessage message)
    {
        Session = session;
        TaskMessage = message;
        Id = $"{message.OrchestrationInstance.InstanceId}:{message.Event.EventId}";
        LockedUntilUtc = DateTime.MaxValue;
    }

    public OrchestrationSession Session { get; }

    public int TaskId => ((TaskScheduledEvent)TaskMessage.Event).EventId;

    /// <summary>How often the dispatcher abandoned it without a result.</summary>
    public int Abandoned { get; set; }
}
