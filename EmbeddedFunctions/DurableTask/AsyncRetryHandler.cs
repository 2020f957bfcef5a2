namespace Microsoft.DurableTask;

/// <summary>Asked by the orchestration after each failure of a task whether to try again.</summary>
/// <remarks>
/// Runs as part of the orchestrator: it must be deterministic and await durable tasks only. There is no delay before the next
/// attempt but what it awaits itself.
/// </remarks>
public delegate Task<bool> AsyncRetryHandler(RetryContext retryContext);
