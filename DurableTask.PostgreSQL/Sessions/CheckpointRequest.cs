using DurableTask.PostgreSQL.Storage;

namespace DurableTask.PostgreSQL.Sessions;

/// <summary>One or more checkpoints of a session on their way into the database.</summary>
internal sealed class CheckpointRequest(OrchestrationSession session) : CommitRequest, IThreadPoolWorkItem
{
    // Completed on the thread that IThreadPoolWorkItem.Execute runs on: the dispatcher goes on there.
    private readonly TaskCompletionSource _written = new();

    public override long? Node => session.Node;

    /// <summary>Ends once it is durable; fails when it can never be.</summary>
    public Task Written => _written.Task;

    /// <summary>How many events were in the history before it.</summary>
    public int SequenceBefore { get; init; }

    /// <summary>Whether the dispatcher waits for it.</summary>
    public bool IsAwaited { get; set; }

    /// <summary>Clients that wait for their messages to be durable.</summary>
    public List<TaskCompletionSource<bool>>? Acknowledgements { get; set; }

    /// <summary>Sub-orchestrations, by task, that may have ended while the parent had failed; <see langword="null"/> for none.</summary>
    public Dictionary<int, string>? ChildrenInDoubt { get; set; }

    /// <summary>Appends a later checkpoint of the same session: both become durable in one piece.</summary>
    public void Add(CheckpointRequest later)
    {
        if (later.Renewal is not null)
        {
            // Another generation: the events so far would be deleted at once.
            (Renewal, Events, FirstSequence) = (later.Renewal, later.Events, later.FirstSequence);
        }
        else
        {
            Events = Joined(Events, later.Events);
        }

        NewInstances = Joined(NewInstances, later.NewInstances);
        Outgoing = Joined(Outgoing, later.Outgoing);
        ConsumedInbox = Joined(ConsumedInbox, later.ConsumedInbox);
        Acknowledgements = Joined(Acknowledgements, later.Acknowledgements);
        Update = later.Update ?? Update;
        IsAwaited |= later.IsAwaited;
        IsUrgent |= later.IsUrgent;
    }

    public override IThreadPoolWorkItem? OnCommitted(CommitOutcome outcome)
    {
        session.Committed(this, outcome);
        Acknowledge(taken: true);
        if (IsAwaited)
        {
            return this;
        }

        _written.TrySetResult();
        return null;
    }

    public override void OnFailed(Exception exception)
    {
        if (exception is NodeFencedException { IsOutcomeUnknown: true })
        {
            // Sending the messages again could duplicate them.
            var unknown = new TaskHubUnavailableException("The task hub's database was away. The message may have arrived.", exception);
            Acknowledgements?.ForEach(a => a.TrySetException(unknown));
        }

        Acknowledge(taken: false);
        session.CommitFailed(this, exception);
        _ = Task.Run(() => _written.TrySetException(exception));
    }

    void IThreadPoolWorkItem.Execute() => _written.TrySetResult();

    private void Acknowledge(bool taken) => Acknowledgements?.ForEach(a => a.TrySetResult(taken));

    private static List<T>? Joined<T>(List<T>? first, List<T>? second)
    {
        if (first is null || second is null)
        {
            return first ?? second;
        }

        first.AddRange(second);
        return first;
    }
}
