namespace EmbeddedFunctions.Engine;

/// <summary>Another node declared this one dead: what it still wanted to write was not written.</summary>
internal sealed class NodeFencedException(long nodeId)
    : Exception($"Node {nodeId} was declared dead by another node; its orchestrations go on there.");

/// <summary>The engine stops and takes nothing more.</summary>
internal sealed class EngineStoppedException() : InvalidOperationException("The durable engine is stopping and takes no more work.");
