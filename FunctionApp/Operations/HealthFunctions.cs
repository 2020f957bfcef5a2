using Atelier.Http;
using Atelier.Images;
using Atelier.Outages;
using Atelier.Problems;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Npgsql;

namespace Atelier.Operations;

/// <summary><c>GET /api/health/live</c> and <c>/ready</c>: for load balancers, container orchestrators, and people.</summary>
public sealed class HealthFunctions(
    NpgsqlDataSource dataSource, IImageStore images, ProviderProbes providers, TimeProvider timeProvider, OutageMonitor outages)
{
    /// <summary>Liveness: the process responds.</summary>
    [Function("GetLiveness")]
    public static IResult Live([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.Liveness)] HttpRequest request) =>
        ApiJson.Result(new { status = "ok" });

    /// <summary>
    /// Readiness: 503 when PostgreSQL, Blob Storage or the engine does not respond. A provider that is away is only shown: campaigns wait for
    /// it, and taking the instance out of service would not help.
    /// </summary>
    [Function("GetReadiness")]
    public async Task<IResult> ReadyAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.Readiness)] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var checks = await Task.WhenAll(
            CheckAsync(OutageMonitor.Database, PingAsync),
            CheckAsync(OutageMonitor.Blobs, images.ProbeAsync),
            CheckAsync("engine", token => client.GetInstanceAsync("health-check", token)));
        var ofProviders = await providers.CheckAsync().WaitAsync(cancellationToken);
        var ready = checks.All(check => check.IsOk);
        return ApiJson.Result(
            new Readiness(ready ? "ok" : "failed", [.. checks, .. ofProviders]),
            ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);

        Task<ReadinessCheck> CheckAsync(string name, Func<CancellationToken, Task> probe) =>
            ReadinessCheck.RunAsync(name, probe, timeProvider, outages, cancellationToken);
    }

    private async Task PingAsync(CancellationToken cancellationToken)
    {
        await using var ping = dataSource.CreateCommand("SHOW transaction_read_only");
        if (await ping.ExecuteScalarAsync(cancellationToken) is "on")
        {
            // The session may be the one that is read-only, from a time when all were: the next look takes a new one.
            dataSource.Clear();
            throw new NotReadyException("read_only");
        }

        if (outages.Find(OutageMonitor.Database) is not null)
        {
            // A full disk refuses only what needs space.
            await using var write = dataSource.CreateCommand("CREATE TEMPORARY TABLE readiness ON COMMIT DROP AS SELECT 1 AS written");
            await write.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
