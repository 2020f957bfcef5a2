using Atelier.Notifications;
using FunctionApp.Tests.Hosting;
using FunctionApp.Tests.Persistence;
using Npgsql;

namespace FunctionApp.Tests.Notifications;

[Collection(QuietCollection.Name)]
public sealed class EventLogTests(LocalServicesFixture services) : IAsyncLifetime
{
    private const int Writers = 8;
    private const int TransactionsEach = 60;
    private const int EventsEach = 2;

    private TestDatabase _database = null!;
    private EventLog _log = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(services);
        _log = new EventLog(_database.DataSource);
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task ReadAll_OlderTransactionStillOpen_HoldsBackWhatCameAfterIt()
    {
        var start = await _log.ReadEndAsync(CancellationToken.None);
        await using var first = await _database.DataSource.OpenConnectionAsync();
        await using var second = await _database.DataSource.OpenConnectionAsync();
        await ExecuteAsync(first, "BEGIN; SELECT pg_current_xact_id()");
        await ExecuteAsync(second, "BEGIN");
        await InsertAsync(second, "second");
        await InsertAsync(first, "first");
        await ExecuteAsync(second, "COMMIT");

        Assert.Equal((0, true), Count(await _log.ReadAllAsync(start, 100, CancellationToken.None)));
        Assert.Empty(await _log.ReadOfUserAsync("ann", start, 100, CancellationToken.None));

        await ExecuteAsync(first, "COMMIT");
        (var events, var hasMore) = await _log.ReadAllAsync(start, 100, CancellationToken.None);
        Assert.Equal(["first", "second"], events.Select(@event => @event.Part));
        Assert.False(hasMore);
    }

    [Fact]
    public async Task ReadAll_ManyWritersAndReaders_NoneMissesOrRepeatsAnEvent()
    {
        var start = await _log.ReadEndAsync(CancellationToken.None);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        Task<List<LoggedEvent>>[] readers = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(() => FollowAsync(start, limit.Token)))];

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(writer))));

        foreach (var read in await Task.WhenAll(readers))
        {
            Assert.Equal(read.Select(@event => @event.Id).Order().Distinct(), read.Select(@event => @event.Id));
            Assert.Equal(
                Enumerable.Range(0, Writers).SelectMany(writer => Enumerable.Range(0, TransactionsEach * EventsEach).Select(n => $"{writer}/{n}")).Order(StringComparer.Ordinal),
                read.Select(@event => @event.Part).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task Migrate_DatabaseRestoredIntoAnotherServer_NewEventsComeAfterTheOldOnes()
    {
        const long Old = 1L << 50;
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        await ExecuteAsync(connection, $"INSERT INTO campaign_events (id, user_id, campaign_id, type, part, attempt, data, at) VALUES ({Old}, 'ann', gen_random_uuid(), 'x', 'old', 0, '{{}}', now())");

        await Atelier.Persistence.DatabaseMigrator.MigrateAsync(_database.Services);
        await InsertAsync(connection, "new");

        var events = await _log.ReadOfUserAsync("ann", after: 0, 10, CancellationToken.None);
        Assert.Equal(["old", "new"], events.Select(@event => @event.Part));
        Assert.Equal(["new"], (await _log.ReadOfUserAsync("ann", Old, 10, CancellationToken.None)).Select(@event => @event.Part));
    }

    [Fact]
    public void Json_OfAnEvent_IsOneLineWithItsSchemaVersion()
    {
        var campaign = Guid.Parse("01987a6e-0000-7000-8000-000000000001");
        var @event = new LoggedEvent(
            7, "ann", campaign, "campaign.part.retrying", "image/0", """{"status": "RETRYING", "part": "image/0", "attempt": 1, "code": "rate_limited"}""", new DateTimeOffset(2026, 8, 1, 10, 0, 0, 5, TimeSpan.Zero));

        Assert.Equal(
            """{"schemaVersion":1,"id":7,"type":"campaign.part.retrying","campaignId":"01987a6e-0000-7000-8000-000000000001","at":"2026-08-01T10:00:00.005Z","part":"image/0","status":"RETRYING","attempt":1,"code":"rate_limited"}""",
            @event.Json);
    }

    private static (int Count, bool HasMore) Count((List<LoggedEvent> Events, bool HasMore) read) => (read.Events.Count, read.HasMore);

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task InsertAsync(NpgsqlConnection connection, string part)
    {
        await using var command = new NpgsqlCommand(
            "INSERT INTO campaign_events (user_id, campaign_id, type, part, attempt, data, at) VALUES ('ann', gen_random_uuid(), 'x', $1, 0, '{}', now())",
            connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = part });
        await command.ExecuteNonQueryAsync();
    }

    // Each transaction takes its number, then its ids, then commits, each after a random pause, so that the orders differ.
    private async Task WriteAsync(int writer)
    {
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        var number = 0;
        for (var transaction = 0; transaction < TransactionsEach; transaction++)
        {
            await ExecuteAsync(connection, "BEGIN; SELECT pg_current_xact_id(), pg_sleep(random() * 0.004)");
            for (var @event = 0; @event < EventsEach; @event++)
                await InsertAsync(connection, $"{writer}/{number++}");
            await ExecuteAsync(connection, "SELECT pg_sleep(random() * 0.004); COMMIT");
        }
    }

    private async Task<List<LoggedEvent>> FollowAsync(long after, CancellationToken cancellationToken)
    {
        var all = new List<LoggedEvent>();
        while (all.Count < Writers * TransactionsEach * EventsEach)
        {
            (var events, _) = await _log.ReadAllAsync(after, 7, cancellationToken);
            all.AddRange(events);
            after = events.Count > 0 ? events[^1].Id : after;
        }
        return all;
    }
}
