using EmbeddedHost;
using Npgsql;

namespace FunctionApp.Tests.Hosting;

/// <summary>PostgreSQL and Azurite for a test run, started as the host itself starts them.</summary>
public sealed class LocalServicesFixture : IAsyncLifetime
{
    private Surroundings? _surroundings;

    /// <summary>Connection string of Azurite's account.</summary>
    public string StorageConnectionString => _surroundings!.Settings["AzureWebJobsStorage"];

    private string PostgresConnectionString => _surroundings!.Settings["ConnectionStrings__Postgres"];

    /// <summary>The folder that the test run's services keep between runs; git ignores it.</summary>
    public static string DataDirectory => Path.Combine(RepositoryRoot(), ".atelier", "tests");

    public async Task InitializeAsync() =>
        _surroundings = await Surroundings.StartAllAsync(DataDirectory, Console.WriteLine, CancellationToken.None);

    public async Task DisposeAsync()
    {
        if (_surroundings is not null)
        {
            await _surroundings.DisposeAsync();
        }
    }

    /// <summary>A database of a test's own.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"test_{Guid.NewGuid():N}";
        await using var source = NpgsqlDataSource.Create(PostgresConnectionString);
        await using var command = source.CreateCommand($"create database {name}");
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(PostgresConnectionString) { Database = name }.ConnectionString;
    }

    private static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Atelier.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("The tests run inside the repository.");
    }
}

/// <summary>The tests that need PostgreSQL or Azurite; they share one of each and run one after another.</summary>
[CollectionDefinition(Name)]
public sealed class LocalServicesCollection : ICollectionFixture<LocalServicesFixture>
{
    public const string Name = "LocalServices";
}
