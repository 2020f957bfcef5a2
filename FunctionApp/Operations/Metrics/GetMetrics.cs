using Atelier.Http;
using Microsoft.Azure.Functions.Worker;

namespace Atelier.Operations.Metrics;

/// <summary><c>GET /api/metrics</c>: the metrics of this process, in the text format of Prometheus.</summary>
public sealed class GetMetrics(MetricsCollector metrics, Backlog backlog)
{
    /// <summary>Shows the metrics.</summary>
    [Function(nameof(GetMetrics))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.Metrics)] HttpRequest request, CancellationToken cancellationToken) => Results.Text($"{await backlog.ReadAsync(cancellationToken)}{metrics.Read()}", PrometheusText.ContentType);
}
