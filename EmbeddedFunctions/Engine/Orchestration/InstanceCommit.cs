using EmbeddedFunctions.Engine.Storage;

namespace EmbeddedFunctions.Engine.Orchestration;

/// <summary>A step of a live instance on its way into the database.</summary>
internal sealed class InstanceCommit(LiveInstance instance) : CommitRequest
{
    public override long? Node => instance.Node;

    /// <summary>Messages that this commit makes durable, or answers.</summary>
    public List<InstanceMessage> Messages { get; } = [];

    /// <summary>How many events were on record before it.</summary>
    public int RecordedBefore { get; init; }

    /// <summary>The number of the event after its last.</summary>
    public int NextSequence => FirstSequence + (Events?.Count ?? 0);

    public CommitOutcome Outcome { get; private set; } = CommitOutcome.Nothing;

    public bool HasContent => Events is { Count: > 0 } || NewInstances is not null || Update is not null || Renewal is not null
        || Release is not null || Outgoing is not null || ConsumedInbox is not null || Purge;

    /// <summary>
    /// Whether nobody waits for it: results of activities that led to nothing yet. A crash before it is durable repeats those activities, as
    /// it would have a moment earlier.
    /// </summary>
    public bool IsPatient => Events is { Count: > 0 } && Update is null && NewInstances is null && Renewal is null && Release is null
        && Outgoing is null && ConsumedInbox is null && !Purge
        && Events.TrueForAll(e => e.Type is HistoryEventType.TaskCompleted or HistoryEventType.TaskFailed)
        && Messages.TrueForAll(m => m.Acknowledgement is null);

    /// <summary>Takes all of them along, whatever becomes of each, and gives them back.</summary>
    public List<InstanceMessage> TakeAll(List<InstanceMessage> messages)
    {
        Messages.AddRange(messages);
        foreach (var message in messages)
        {
            if (message.InboxId != 0)
            {
                (ConsumedInbox ??= []).Add(message.InboxId);
            }
        }

        return messages;
    }

    public void Append(HistoryEvent e) => (Events ??= []).Add(e);

    public void Acknowledge(bool taken) => Messages.ForEach(m => m.Acknowledgement?.TrySetResult(taken));

    public override IThreadPoolWorkItem? OnCommitted(CommitOutcome outcome)
    {
        Outcome = outcome;
        return instance.Committed(this);
    }

    public override void OnFailed(Exception exception) => instance.CommitFailed(this, exception);
}
