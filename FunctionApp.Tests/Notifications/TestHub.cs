using Atelier.Notifications;
using Atelier.Notifications.Streams;
using Atelier.Persistence;
using FunctionApp.Tests.Hosting;
using FunctionApp.Tests.Persistence;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionApp.Tests.Notifications;

/// <summary>A hub that runs, on a database of its own.</summary>
internal sealed class TestHub : IAsyncDisposable
{
    private readonly CampaignChanges _changes;

    private TestHub(TestDatabase database, EventStreamOptions options)
    {
        Database = database;
        _changes = new CampaignChanges(database.DataSource, TimeProvider.System, NullLogger<CampaignChanges>.Instance);
        Log = new EventLog(database.DataSource);
        Hub = new EventHub(Log, _changes, options, NullLogger<EventHub>.Instance);
    }

    public TestDatabase Database { get; }

    public EventLog Log { get; }

    public EventHub Hub { get; }

    public static async Task<TestHub> StartAsync(LocalServicesFixture services, EventStreamOptions options)
    {
        var hub = new TestHub(await TestDatabase.CreateAsync(services), options);
        await hub._changes.StartAsync(CancellationToken.None);
        await hub.Hub.StartAsync(CancellationToken.None);
        return hub;
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.StopAsync(CancellationToken.None);
        await _changes.StopAsync(CancellationToken.None);
        Hub.Dispose();
        _changes.Dispose();
        await Database.DisposeAsync();
    }
}
