using Npgsql;

namespace Atelier.Operations.Metrics;

/// <summary>Reads the metrics that no single process knows from the database: how much work there is and how long it has waited.</summary>
public sealed class Backlog(NpgsqlDataSource dataSource)
{
    private static readonly MetricFamily Running =
        new("atelier_campaigns_running", "Campaigns whose parts are being made, in all processes", MetricKind.Gauge, []);

    private static readonly MetricFamily Pending =
        new("atelier_campaigns_pending", "Campaigns accepted that no orchestration has begun, in all processes", MetricKind.Gauge, []);

    private static readonly MetricFamily Deliveries =
        new("atelier_webhook_deliveries_pending", "Webhook deliveries whose receiver does not have the message yet, in all processes", MetricKind.Gauge, []);

    private static readonly MetricFamily Lag =
        new("atelier_outbox_lag_seconds", "How long the oldest campaign that no orchestration has begun has waited, or the oldest due webhook delivery whose receiver does not fail; 0 where there is none", MetricKind.Gauge, []);

    /// <summary>The backlog as metrics.</summary>
    public async Task<string> ReadAsync(CancellationToken cancellationToken)
    {
        // Each part reads a partial index that holds only what waits.
        await using var command = dataSource.CreateCommand(
            """
            SELECT (SELECT count(*) FROM campaigns WHERE status = 'RUNNING'),
                   (SELECT count(*) FROM campaigns WHERE status = 'PENDING'),
                   (SELECT count(*) FROM webhook_deliveries WHERE status = 'PENDING'),
                   coalesce(extract(epoch FROM now() - least(
                       (SELECT min(created_at) FROM campaigns WHERE status = 'PENDING'),
                       (SELECT min(due_at) FROM webhook_deliveries JOIN webhooks ON webhooks.id = webhook_id
                        WHERE status = 'PENDING' AND coalesce(failures, 0) = 0))), 0)::float8
            """);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return PrometheusText.Write(
        [
            With(Running, row.GetInt64(0)),
            With(Pending, row.GetInt64(1)),
            With(Deliveries, row.GetInt64(2)),
            With(Lag, Math.Max(0, row.GetDouble(3))),
        ]);
    }

    private static MetricFamily With(MetricFamily family, double value)
    {
        var copy = new MetricFamily(family.Name, family.Help, family.Kind, family.Bounds);
        copy.Find([])!.Set(value);
        return copy;
    }
}
