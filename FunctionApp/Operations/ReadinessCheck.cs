using Atelier.Outages;
using Npgsql;

namespace Atelier.Operations;

/// <summary>The status of one dependency.</summary>
/// <param name="Name">Such as <c>postgres</c>.</param>
/// <param name="Status"><c>ok</c> or <c>failed</c>.</param>
/// <param name="LatencyMs">How long the probe took, in milliseconds.</param>
/// <param name="Error">The kind of failure; <see langword="null"/> for none. The log has the details.</param>
/// <param name="Since">When this process noticed the failure; <see langword="null"/> for none.</param>
public sealed record ReadinessCheck(string Name, string Status, double LatencyMs, string? Error, DateTimeOffset? Since)
{
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Whether the probe succeeded.</summary>
    internal bool IsOk => Error is null;

    /// <summary>Probes one dependency, for five seconds at most.</summary>
    public static async Task<ReadinessCheck> RunAsync(
        string name, Func<CancellationToken, Task> probe, TimeProvider timeProvider, OutageMonitor outages, CancellationToken cancellationToken)
    {
        var start = timeProvider.GetTimestamp();
        try
        {
            // Not every client observes its token; the response must not wait for it.
            await probe(cancellationToken).WaitAsync(ProbeTimeout, timeProvider, cancellationToken);
            outages.Succeeded(name);
            return new ReadinessCheck(name, "ok", Elapsed(), Error: null, Since: null);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            outages.Failed(name, exception);
            return new ReadinessCheck(name, "failed", Elapsed(), ErrorOf(exception), outages.Find(name)?.Since);
        }

        double Elapsed() => Math.Round(timeProvider.GetElapsedTime(start).TotalMilliseconds, digits: 1);
    }

    private static string ErrorOf(Exception exception) => exception switch
    {
        NotReadyException notReady => notReady.Message,
        PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } => "too_many_connections",
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => "disk_full",
        PostgresException { SqlState: ['2', '8', ..] } => "login_refused",
        TimeoutException => "timeout",
        _ => "unreachable",
    };
}

/// <summary>The response of <c>GET /api/health/ready</c>.</summary>
/// <param name="Status"><c>ok</c> or <c>failed</c>.</param>
/// <param name="Checks">Each dependency by name.</param>
public sealed record Readiness(string Status, IReadOnlyList<ReadinessCheck> Checks);

/// <summary>A dependency responds and cannot be used.</summary>
/// <param name="code">What kind of failure, as <see cref="ReadinessCheck.Error"/> has it.</param>
internal sealed class NotReadyException(string code) : Exception(code);
