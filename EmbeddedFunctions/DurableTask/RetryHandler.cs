namespace Microsoft.DurableTask;

/// <summary>Asked by the orchestration after each failure of a task whether to try again.</summary>
/// <remarks>Runs as part of the orchestrator: it must be deterministic.</remarks>
public delegate bool RetryHandler(RetryContext retryContext);
