using EmbeddedHost.LocalServices;
using Npgsql;

namespace FunctionApp.Tests.Hosting;

/// <summary>PostgreSQL and Azurite for a test run, empty at its start, run as the host itself runs them. All collections of tests share them.</summary>
public sealed class LocalServicesFixture : IAsyncLifetime
{
    private const int ConnectionsPerDatabase = 30;

    private static readonly SemaphoreSlim Gate = new(1, 1);
    private static int _users;
    private static DataFolder? _folder;
    private static ServicesSupervisor? _services;
    private static ServicesPlan? _shared;

    private ServicesPlan? _plan;

    /// <summary>Connection string of Azurite's account.</summary>
    public string StorageConnectionString => _plan!.Azurite!.ConnectionString;

    /// <summary>The folder of the test run's services: what is installed there stays from run to run; git ignores it.</summary>
    public static string DataDirectory => Path.Combine(Repository.Root, ".atelier", "tests");

    private string PostgresConnectionString => _plan!.Postgres!.ConnectionString;

    public async Task InitializeAsync()
    {
        await Gate.WaitAsync();
        try
        {
            if (_users++ == 0)
                await StartAsync();
            _plan = _shared;
        }
        finally
        {
            Gate.Release();
        }
    }

    public async Task DisposeAsync()
    {
        await Gate.WaitAsync();
        try
        {
            if (--_users > 0)
                return;
            if (_services is not null) await _services.DisposeAsync();
            _folder?.Dispose();
        }
        finally
        {
            Gate.Release();
        }
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

    private static async Task StartAsync()
    {
        var folder = _folder = await DataFolder.OpenAsync(DataDirectory, CancellationToken.None);
        var password = await folder.PasswordAsync(CancellationToken.None);
        (_services, _shared) = await ServicesSupervisor.StartAsync(
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

    private static void Empty(string folder)
    {
        var path = Path.Combine(DataDirectory, folder);
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
    }
}

/// <summary>Tests of one part against PostgreSQL and Azurite, in the test process. The tests of a collection run one after another, beside the others.</summary>
[CollectionDefinition(Name)]
public sealed class LocalServicesCollection : ICollectionFixture<LocalServicesFixture>
{
    public const string Name = "LocalServices";
}

/// <summary>Tests of the whole app in a host process of its own.</summary>
[CollectionDefinition(Name)]
public sealed class EndToEndCollection : ICollectionFixture<LocalServicesFixture>
{
    public const string Name = "EndToEnd";
}

/// <summary>Tests of the whole app with each provider.</summary>
[CollectionDefinition(Name)]
public sealed class ProvidersCollection : ICollectionFixture<LocalServicesFixture>
{
    public const string Name = "Providers";
}

/// <summary>Tests of the host itself, of every route, and of the page.</summary>
[CollectionDefinition(Name)]
public sealed class HostsCollection : ICollectionFixture<LocalServicesFixture>
{
    public const string Name = "Hosts";
}

/// <summary>
/// Tests that need the machine for themselves, because they measure time, keep PostgreSQL busy, or read the event log up to the oldest transaction of the
/// whole server: they run after all others.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class QuietCollection : ICollectionFixture<LocalServicesFixture>
{
    public const string Name = "Quiet";
}
