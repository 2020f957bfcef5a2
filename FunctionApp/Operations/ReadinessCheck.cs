namespace Atelier.Operations;

/// <summary>The status of one dependency.</summary>
/// <param name="Name">Such as <c>postgres</c>.</param>
/// <param name="Status"><c>ok</c> or <c>failed</c>.</param>
/// <param name="LatencyMs">How long the probe took, in milliseconds.</param>
/// <param name="Error">The kind of failure; <see langword="null"/> for none. The log has the details.</param>
public sealed record ReadinessCheck(string Name, string Status, double LatencyMs, string? Error)
{
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Whether the probe succeeded.</summary>
    internal bool IsOk => Error is null;

    /// <summary>Probes one dependency, for five seconds at most.</summary>
    public static async Task<ReadinessCheck> RunAsync(
        string name, Func<CancellationToken, Task> probe, TimeProvider timeProvider, ILogger logger, CancellationToken cancellationToken)
    {
        long start = timeProvider.GetTimestamp();
        try
        {
            // Not every client observes its token; the response must not wait for it.
            await probe(cancellationToken).WaitAsync(ProbeTimeout, timeProvider, cancellationToken);
            return new ReadinessCheck(name, "ok", Elapsed(), Error: null);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning(exception, "{Dependency} is not ready.", name);
            string error = exception switch
            {
                NotReadyException notReady => notReady.Message,
                TimeoutException => "timeout",
                _ => "unreachable",
            };
            return new ReadinessCheck(name, "failed", Elapsed(), error);
        }

        double Elapsed() => Math.Round(timeProvider.GetElapsedTime(start).TotalMilliseconds, digits: 1);
    }
}

/// <summary>The response of <c>GET /api/health/ready</c>.</summary>
/// <param name="Status"><c>ok</c> or <c>failed</c>.</param>
/// <param name="Checks">Each dependency by name.</param>
public sealed record Readiness(string Status, IReadOnlyList<ReadinessCheck> Checks);

/// <summary>A dependency responds and cannot be used.</summary>
/// <param name="code">What kind of failure, as <see cref="ReadinessCheck.Error"/> has it.</param>
internal sealed class NotReadyException(string code) : Exception(code);
