using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.Persistence;

/// <summary>A database with a million campaigns, filled once for the tests of a class.</summary>
public sealed class MillionDatabase : IAsyncLifetime
{
    private const int Campaigns = 1_000_000;

    private TestDatabase? _database;

    /// <summary>Fills it on the first call.</summary>
    internal async Task<TestDatabase> StartAsync(LocalServicesFixture services)
    {
        if (_database is null)
        {
            _database = await TestDatabase.CreateAsync(services);
            await MillionCampaigns.FillAsync(_database.DataSource, Campaigns);
        }
        return _database;
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_database is not null)
            await _database.DisposeAsync();
    }
}
