using Atelier.Problems;

namespace Atelier.Durable;

/// <summary>Calls of the durable client that a request waits for: bounded in time, and 503 where the durable store does not respond.</summary>
public sealed class DurableCalls(TimeProvider timeProvider, ILogger<DurableCalls> logger)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    /// <summary>Makes a call.</summary>
    /// <exception cref="ApiException">503: it failed, or took too long.</exception>
    public async Task<T> RunAsync<T>(string instanceId, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            // Not every client observes its token, and each host's client has exceptions of its own.
            return await call(either.Token).WaitAsync(either.Token);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning(exception, "Orchestration {InstanceId} cannot be reached.", instanceId);
            throw new ApiException(
                StatusCodes.Status503ServiceUnavailable, "orchestration_unavailable", "The orchestration cannot be reached at the moment.")
            {
                RetryAfter = RetryAfter,
            };
        }
    }
}
