using System.Globalization;
using Atelier.Operations.Metrics;
using FunctionApp.Tests.Hosting;
using FunctionApp.Tests.Persistence;

namespace FunctionApp.Tests.Metrics;

[Collection(EndToEndCollection.Name)]
public sealed class BacklogTests(LocalServicesFixture services)
{
    [Fact]
    public async Task Read_PendingDelivery_IsTheLag()
    {
        await using var database = await TestDatabase.CreateAsync(services);
        Assert.Equal(0, await ReadAsync(database, "atelier_outbox_lag_seconds"));
        await database.ScalarAsync<int>(
            """
            WITH hooks AS (
                INSERT INTO webhooks (id, user_id, url, event_types, secret, created_at, failures)
                SELECT gen_random_uuid(), 'ann', 'https://hooks.example.org/', '{}', '\x00', now(), failures FROM unnest(ARRAY[0, 3]) AS failures
                RETURNING id, failures)
            INSERT INTO webhook_deliveries (id, webhook_id, user_id, campaign_id, event_id, status, attempts, run, created_at, due_at)
            SELECT gen_random_uuid(), id, 'ann', gen_random_uuid(), 1, status, 0, 0, now(), now() - age
            FROM (VALUES
                (0, 'PENDING', interval '1 hour'), (0, 'PENDING', interval '1 minute'), (0, 'DELIVERED', interval '1 day'), (3, 'PENDING', interval '1 day'))
                AS each (failures, status, age)
            JOIN hooks USING (failures)
            RETURNING 1
            """);

        Assert.Equal(3, await ReadAsync(database, "atelier_webhook_deliveries_pending"));
        Assert.InRange(await ReadAsync(database, "atelier_outbox_lag_seconds"), 3600, 7200);
    }

    private static async Task<double> ReadAsync(TestDatabase database, string name)
    {
        var text = await new Backlog(database.DataSource).ReadAsync(CancellationToken.None);
        var line = Assert.Single(text.Split('\n'), each => each.StartsWith($"{name} ", StringComparison.Ordinal));
        return double.Parse(line[(name.Length + 1)..], CultureInfo.InvariantCulture);
    }
}
