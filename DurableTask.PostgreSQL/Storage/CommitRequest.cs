using DurableTask.Core;

namespace DurableTask.PostgreSQL.Storage;

/// <summary>What one instance, or one client, makes durable in one piece. Becomes part of a group commit.</summary>
internal abstract class CommitRequest
{
    /// <summary>The instance whose history <see cref="Events"/> extend.</summary>
    public required string InstanceId { get; init; }

    /// <summary>
    /// The number of the node when it made this. The writer refuses it once the node has joined again under another number, because the instance
    /// may run elsewhere by then. <see langword="null"/>: it belongs to no node.
    /// </summary>
    public abstract long? Node { get; }

    /// <summary>Whether it is written at once. One that is not waits a moment for others to be written with.</summary>
    public bool IsUrgent { get; set; } = true;

    /// <summary>Whether the writer has taken it into a commit: from then on nothing is added to it.</summary>
    public bool IsTaken { get; set; }

    /// <summary>Whether the writer is to leave it out: what it is for has failed.</summary>
    public bool IsDropped { get; set; }

    /// <summary>The number of the first event.</summary>
    public int FirstSequence { get; set; }

    /// <summary>The events, in the pieces that <see cref="HistoryCodec"/> writes; <see langword="null"/> for none.</summary>
    public List<byte[]>? Events { get; set; }

    /// <summary>Instances to create. One whose id belongs to a run that has not ended is left out of <see cref="CommitOutcome.Created"/>.</summary>
    public List<NewInstance>? NewInstances { get; set; }

    public InstanceUpdate? Update { get; set; }

    /// <summary>Another generation replaces the instance's history so far.</summary>
    public InstanceRenewal? Renewal { get; set; }

    /// <summary>The node releases the instance, unless a message came meanwhile.</summary>
    public InstanceRelease? Release { get; set; }

    /// <summary>Messages to other instances. One to an unknown or ended instance is dropped.</summary>
    public List<OutgoingMessage>? Outgoing { get; set; }

    /// <summary>Inbox messages that became events by this commit.</summary>
    public List<long>? ConsumedInbox { get; set; }

    /// <summary>Called on the writer's thread once all of it is durable. It must return quickly.</summary>
    /// <returns>What can go on now. The writer runs it after it has started the next commit.</returns>
    public abstract IThreadPoolWorkItem? OnCommitted(CommitOutcome outcome);

    /// <summary>Called when it can never be written: nothing of it is durable.</summary>
    public abstract void OnFailed(Exception exception);
}

/// <summary>An instance to create.</summary>
/// <param name="Instance">Its row.</param>
/// <param name="Refusal">The event that its parent gets when the id is in use; <see langword="null"/> without a parent.</param>
internal sealed record NewInstance(StoredInstance Instance, byte[]? Refusal = null);

/// <summary>A message for the inbox of another instance.</summary>
/// <param name="InstanceId">The receiver.</param>
/// <param name="ExecutionId">The receiver's generation that it is for; <see langword="null"/> for any.</param>
/// <param name="Event">The event.</param>
/// <param name="IsRewind">Whether it rewinds the receiver, which has failed then.</param>
internal sealed record OutgoingMessage(string InstanceId, string? ExecutionId, byte[] Event, bool IsRewind);

/// <summary>New values of an instance's row.</summary>
internal sealed record InstanceUpdate(OrchestrationStatus Status, string? Output, string? CustomStatus, string? Failure, DateTime At, bool Ended);

/// <summary>What differs in the row of the next generation.</summary>
internal sealed record InstanceRenewal(string ExecutionId, string? Input, string Version, string? Tags, DateTime At);

/// <summary>The release of an idle instance.</summary>
/// <param name="WakeIn">When it is to be taken again; <see langword="null"/>: a message wakes it.</param>
/// <param name="InboxCount">The count of inbox messages that the node knows. Another count in the row keeps the instance here.</param>
internal sealed record InstanceRelease(TimeSpan? WakeIn, long InboxCount);

/// <summary>The outcome of those parts of a group commit that can be refused without failing it.</summary>
/// <param name="Created">Run ids of the instances that were created.</param>
/// <param name="Released">Ids of the instances that were released.</param>
internal sealed record CommitOutcome(IReadOnlySet<Guid> Created, IReadOnlySet<string> Released)
{
    public static readonly CommitOutcome Nothing = new(new HashSet<Guid>(), new HashSet<string>());
}
