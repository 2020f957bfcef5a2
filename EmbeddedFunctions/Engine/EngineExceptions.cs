namespace EmbeddedFunctions.Engine;

/// <summary>Another node declared this one dead: what it still wanted to write was not written.</summary>
internal sealed class NodeFencedException(long nodeId)
    : Exception($"Node {nodeId} was declared dead by another node; its orchestrations go on there.");

/// <summary>The engine stops and takes nothing more.</summary>
internal sealed class EngineStoppedException() : InvalidOperationException("The durable engine is stopping and takes no more work.");

/// <summary>The task hub's database does not answer. Instances go on by themselves once it does; the call that throws this has to be made again.</summary>
/// <param name="message">What was asked for, and what is known of it.</param>
public sealed class TaskHubUnavailableException(string message) : InvalidOperationException(message);
