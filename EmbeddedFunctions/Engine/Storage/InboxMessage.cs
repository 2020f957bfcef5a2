namespace EmbeddedFunctions.Engine.Storage;

/// <summary>What a message asks of an instance. The numbers are stored: they are never reused.</summary>
internal enum InboxMessageKind : short
{
    Event = 1,
    Terminate = 2,
    Suspend = 3,
    Resume = 4,
    ChildCompleted = 5,
    ChildFailed = 6,
    Purge = 7,
}

/// <summary>A message on its way to an instance.</summary>
/// <param name="InstanceId">The instance that it goes to.</param>
/// <param name="Kind">What it asks.</param>
/// <param name="Name">The event's name.</param>
/// <param name="Data">Payload, reason, result or failure, as JSON.</param>
/// <param name="TaskId">The parent's task that a child's end completes; -1 otherwise.</param>
internal sealed record InboxMessage(string InstanceId, InboxMessageKind Kind, string? Name = null, string? Data = null, int TaskId = -1)
{
    /// <summary>Its number in the inbox; 0 when it was handed over in memory and never stood there.</summary>
    public long Id { get; init; }
}
