using Microsoft.DurableTask.Client;

namespace EmbeddedFunctions.Engine.Storage;

/// <summary>What one instance, or one client, wants made durable in one piece. Becomes part of a group commit.</summary>
internal abstract class CommitRequest
{
    /// <summary>The instance whose history <see cref="Events"/> extend.</summary>
    public required string InstanceId { get; init; }

    /// <summary>
    /// The number of the node when it began this; refused once the node has joined again under another, because what it began then is
    /// somebody else's by now. <see langword="null"/>: it belongs to no node.
    /// </summary>
    public abstract long? Node { get; }

    /// <summary>The number of the first event.</summary>
    public int FirstSequence { get; set; }

    public List<HistoryEvent>? Events { get; set; }

    /// <summary>The row of history that the events become, in UTF-8; <see langword="null"/> without events, and before <see cref="Seal"/>.</summary>
    public byte[]? SealedEvents { get; private set; }

    /// <summary>Instances to create; one whose id belongs to a run that has not ended is left out of <see cref="CommitOutcome.Created"/>.</summary>
    public List<InstanceRecord>? NewInstances { get; set; }

    public InstanceUpdate? Update { get; set; }

    /// <summary>The instance begins anew: its history so far goes.</summary>
    public InstanceRenewal? Renewal { get; set; }

    /// <summary>The node lets go of the instance, unless a message came meanwhile.</summary>
    public InstanceRelease? Release { get; set; }

    /// <summary>Messages to other instances. One to an unknown or ended instance is dropped.</summary>
    public List<InboxMessage>? Outgoing { get; set; }

    /// <summary>Inbox messages that became events by this commit.</summary>
    public List<long>? ConsumedInbox { get; set; }

    /// <summary>The instance goes, with all that it had.</summary>
    public bool Purge { get; set; }

    /// <summary>Does the part of the writing that needs no connection, on the thread that brings it: nothing changes after this.</summary>
    public void Seal() => SealedEvents = Events is { Count: > 0 } events ? HistoryCodec.Write(events) : null;

    /// <summary>Called once all of it is durable, while other requests wait to be told: hand over and return.</summary>
    /// <returns>What can go on now. The writer sees to it that it is run, perhaps on the thread that the commit came back on.</returns>
    public abstract IThreadPoolWorkItem? OnCommitted(CommitOutcome outcome);

    /// <summary>Called when it can never be written: nothing of it is durable.</summary>
    public abstract void OnFailed(Exception exception);
}

/// <summary>New values of an instance's row.</summary>
internal sealed record InstanceUpdate(
    OrchestrationRuntimeStatus Status,
    string? Output,
    string? CustomStatus,
    string? Failure,
    DateTime At,
    bool Ended);

/// <summary>A run continued as new.</summary>
/// <param name="Input">The new run's input.</param>
/// <param name="Version">Its version.</param>
/// <param name="StartedAt">When it begins.</param>
/// <param name="Carried">Events at the start of its history that come from the run before and that its code has yet to see.</param>
internal sealed record InstanceRenewal(string? Input, string Version, DateTime StartedAt, int Carried);

/// <summary>Letting go of an idle instance.</summary>
/// <param name="WakeAt">When it wants to be taken again; <see langword="null"/>: a message wakes it.</param>
/// <param name="Mail">The message count the node knows; another count in the row keeps the instance here.</param>
/// <param name="DeliveredTo">How much of its history the orchestrator has seen; above zero once its code has run.</param>
internal sealed record InstanceRelease(DateTime? WakeAt, long Mail, int DeliveredTo);

/// <summary>What became of the parts of a group commit that can go either way.</summary>
/// <param name="Created">Execution ids of the new instances that were inserted.</param>
/// <param name="Released">Ids of the instances that were let go.</param>
internal sealed record CommitOutcome(IReadOnlySet<Guid> Created, IReadOnlySet<string> Released)
{
    public static readonly CommitOutcome Nothing = new(new HashSet<Guid>(), new HashSet<string>());
}
