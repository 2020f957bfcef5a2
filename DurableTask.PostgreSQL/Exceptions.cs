namespace DurableTask.PostgreSQL;

/// <summary>
/// The task hub's database does not respond. Instances go on by themselves once it does; the call that throws this has to be made again.
/// </summary>
/// <param name="message">The call, and its known outcome.</param>
/// <param name="innerException">The error of the database or of the connection.</param>
public sealed class TaskHubUnavailableException(string message, Exception? innerException = null) : InvalidOperationException(message, innerException);

/// <summary>The schema of the task hub cannot be used by this version of the library. The message contains the remedy.</summary>
/// <param name="message">What was found, and what to do.</param>
public sealed class TaskHubSchemaException(string message) : InvalidOperationException(message);

/// <summary>
/// An input, output, event or status is larger than <see cref="PostgreSqlOrchestrationServiceOptions.MaxPayloadBytes"/>. A client's call throws it; an
/// orchestrator or activity that makes such a payload fails with it.
/// </summary>
/// <param name="message">What is too large, its size and the limit.</param>
public sealed class PayloadTooLargeException(string message) : ArgumentException(message);

/// <summary>Another node declared this one dead: what it still had to write was not written.</summary>
internal sealed class NodeFencedException(long nodeId)
    : Exception($"Node {nodeId} was declared dead by another node; its orchestrations go on there.")
{
    /// <summary>The number that the node had.</summary>
    public long NodeId { get; } = nodeId;

    /// <summary>Whether the last commit may have taken place before: its response was lost.</summary>
    public bool IsOutcomeUnknown { get; init; }
}

/// <summary>The service is stopping and takes nothing more.</summary>
internal sealed class ServiceStoppedException() : InvalidOperationException("The orchestration service is stopping and takes no more work.");
