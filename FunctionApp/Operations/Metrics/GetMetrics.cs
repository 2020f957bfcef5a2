using Atelier.Http;
using Microsoft.Azure.Functions.Worker;

namespace Atelier.Operations.Metrics;

/// <summary><c>GET /api/metrics</c>: what this process counts, for Prometheus and what reads its format.</summary>
public sealed class GetMetrics(MetricsCollector metrics, Backlog backlog)
{
    /// <summary>Shows the metrics.</summary>
    [Function(nameof(GetMetrics))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Routes.Metrics)] HttpRequest request, CancellationToken cancellationToken)
    {
        return Results.Text($"{await backlog.ReadAsync(cancellationToken)}{metrics.Read()}", PrometheusText.ContentType);
    }
}
