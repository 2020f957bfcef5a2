namespace DurableTask.Core.Exceptions;

/// <summary>An orchestration with the same instance id has not ended. The official engine throws it under this very name.</summary>
public sealed class OrchestrationAlreadyExistsException(string message) : Exception(message);
