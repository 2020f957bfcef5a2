using Atelier.Persistence;
using FunctionApp.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FunctionApp.Tests.Persistence;

/// <summary>A migrated database of its own for one test.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private TestDatabase(string connectionString)
    {
        ConnectionString = connectionString;
        _services = new ServiceCollection()
            .AddSingleton(_ => NpgsqlDataSource.Create(connectionString))
            .AddDbContext<AtelierDbContext>(
                (provider, options) => options.UseAtelier(provider.GetRequiredService<NpgsqlDataSource>()), ServiceLifetime.Transient)
            .BuildServiceProvider();
    }

    public string ConnectionString { get; }

    public IServiceProvider Services => _services;

    public NpgsqlDataSource DataSource => _services.GetRequiredService<NpgsqlDataSource>();

    public static async Task<TestDatabase> CreateAsync(LocalServicesFixture services)
    {
        var database = await CreateEmptyAsync(services);
        await DatabaseMigrator.MigrateAsync(database.Services);
        return database;
    }

    public static async Task<TestDatabase> CreateEmptyAsync(LocalServicesFixture services) =>
        new(await services.CreateDatabaseAsync());

    /// <summary>A new context, as for each invocation.</summary>
    public AtelierDbContext NewContext() => _services.GetRequiredService<AtelierDbContext>();

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
