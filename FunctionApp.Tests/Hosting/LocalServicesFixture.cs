using EmbeddedHost.LocalServices;
using Npgsql;

namespace FunctionApp.Tests.Hosting;

/// <summary>PostgreSQL and Azurite for a test run, empty at its start, run as the host itself runs them.</summary>
public sealed class LocalServicesFixture : IAsyncLifetime
{
    private const int ConnectionsPerDatabase = 30;

    private DataFolder? _folder;
    private ServicesSupervisor? _services;
    private ServicesPlan? _plan;

    /// <summary>Connection string of Azurite's account.</summary>
    public string StorageConnectionString => _plan!.Azurite!.ConnectionString;

    /// <summary>The folder of the test run's services: what is installed there stays from run to run; git ignores it.</summary>
    public static string DataDirectory => Path.Combine(Repository.Root, ".atelier", "tests");

    private string PostgresConnectionString => _plan!.Postgres!.ConnectionString;

    public async Task InitializeAsync()
    {
        var folder = _folder = await DataFolder.OpenAsync(DataDirectory, CancellationToken.None);
        var password = await folder.PasswordAsync(CancellationToken.None);
        (_services, _plan) = await ServicesSupervisor.StartAsync(
            folder,
            () =>
            {
                // By now no process of the previous run is left.
                Empty("postgres");
                Empty("azurite");
                return new ServicesPlan(
                    new PostgresPlan(folder.Ports.Reserve("postgres"), password), new AzuritePlan(folder.Ports.Reserve("blob")));
            },
            Console.WriteLine,
            CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        if (_services is not null) await _services.DisposeAsync();
        _folder?.Dispose();
    }

    /// <summary>A database of a test's own.</summary>
    /// <returns>Its connection string; its pool gives idle connections back soon, because the server has a hundred for all tests.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"test_{Guid.NewGuid():N}";
        await using var source = NpgsqlDataSource.Create($"{PostgresConnectionString};Pooling=false");
        await using var command = source.CreateCommand($"create database {name}");
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(PostgresConnectionString)
        {
            Database = name,
            MaxPoolSize = ConnectionsPerDatabase,
            ConnectionIdleLifetime = 4,
            ConnectionPruningInterval = 2,
        }.ConnectionString;
    }

    private static void Empty(string folder)
    {
        var path = Path.Combine(DataDirectory, folder);
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
    }
}

/// <summary>The tests that need PostgreSQL or Azurite; they share one of each and run one after another.</summary>
[CollectionDefinition(Name)]
public sealed class LocalServicesCollection : ICollectionFixture<LocalServicesFixture>
{
    public const string Name = "LocalServices";
}
