using Atelier.Operations.DeadLetters;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using FunctionApp.Tests.Hosting;
using FunctionApp.Tests.Persistence;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionApp.Tests.DeadLetters;

[Collection(LocalServicesCollection.Name)]
public sealed class DeadLetterStoreTests(LocalServicesFixture services) : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(services);
        await _database.ScalarAsync<long>(
            """
            WITH hooks AS (
                INSERT INTO webhooks (id, user_id, url, event_types, secret, created_at)
                VALUES (gen_random_uuid(), 'ann', 'https://hooks.example.org/', '{}', '\x00', now()) RETURNING id),
            made AS (
                INSERT INTO webhook_deliveries (id, webhook_id, user_id, campaign_id, event_id, status, attempts, run, response_status, created_at)
                SELECT gen_random_uuid(), hooks.id, 'ann', gen_random_uuid(), n, 'DEAD', 10, 0, 500, now() FROM hooks, generate_series(1, 1200) AS n
                RETURNING id, campaign_id, event_id),
            letters AS (
                INSERT INTO dead_letters (id, kind, user_id, campaign_id, error_code, message, at)
                SELECT id, 'WEBHOOK', 'ann', campaign_id, CASE WHEN event_id <= 1100 THEN 'http_500' ELSE 'timeout' END, 'No.', now() FROM made
                UNION ALL
                SELECT gen_random_uuid(), 'CAMPAIGN', 'ann', gen_random_uuid(), 'http_500', 'No.', now()
                RETURNING 1)
            SELECT count(*) FROM letters
            """);
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Drop_FilterOfMoreThanABatch_DropsExactlyThoseWithTheirDeliveries()
    {
        await using var db = _database.NewContext();

        await StoreOf(db).DropAsync(Selection(new DeadLetterFilter(DeadLetterKind.Webhook, "http_500", From: null, Until: null)), CancellationToken.None);

        Assert.Equal(101, await _database.ScalarAsync<long>("SELECT count(*) FROM dead_letters"));
        Assert.Equal(100, await _database.ScalarAsync<long>("SELECT count(*) FROM webhook_deliveries"));
        Assert.Equal(0, await _database.ScalarAsync<long>("SELECT count(*) FROM webhook_deliveries WHERE event_id <= 1100"));
    }

    [Fact]
    public async Task Find_LettersOfBothKinds_ShowsDeliveriesWhereThereIsOne()
    {
        await using var db = _database.NewContext();

        var campaigns = await StoreOf(db).FindAsync(
            new DeadLetterFilter(DeadLetterKind.Campaign, ErrorCode: null, From: null, Until: null), after: null, limit: 10, CancellationToken.None);
        var webhooks = await StoreOf(db).FindAsync(
            new DeadLetterFilter(DeadLetterKind.Webhook, "timeout", From: null, Until: null), after: null, limit: 10, CancellationToken.None);

        Assert.Null(Assert.Single(campaigns).Delivery);
        Assert.Equal(11, webhooks.Count);
        Assert.All(webhooks, letter => Assert.Equal(
            ("https://hooks.example.org/", 10, 500), (letter.Delivery!.Url, letter.Delivery.Attempts, letter.Delivery.ResponseStatus)));
    }

    private static DeadLetterStore StoreOf(AtelierDbContext db) => new(db, control: null!, NullLogger<DeadLetterStore>.Instance);

    private static DeadLetterSelection Selection(DeadLetterFilter filter) => new(Ids: null, filter);
}
