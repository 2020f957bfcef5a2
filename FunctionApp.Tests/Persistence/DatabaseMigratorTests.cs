using Atelier.Configuration;
using Atelier.Persistence;
using FunctionApp.Tests.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FunctionApp.Tests.Persistence;

[Collection(LocalServicesCollection.Name)]
public sealed class DatabaseMigratorTests(LocalServicesFixture services)
{
    [Fact]
    public async Task Migrate_ManyProcessesAtOnce_AppliesEachMigrationOnce()
    {
        await using var database = await TestDatabase.CreateEmptyAsync(services);

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => DatabaseMigrator.MigrateAsync(database.Services)));

        await using var db = database.NewContext();
        Assert.Equal(db.Database.GetMigrations(), await db.Database.GetAppliedMigrationsAsync());
        Assert.Empty(await db.Campaigns.ToListAsync());
    }

    [Fact]
    public async Task Migrate_ServerAway_NamesTheSettingInOneLine()
    {
        // Port 1 is reserved; nothing listens there.
        await using var provider = new ServiceCollection()
            .AddSingleton(NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=nobody;Password=secret-word;Timeout=5"))
            .BuildServiceProvider();

        var exception = await Assert.ThrowsAsync<SettingException>(() => DatabaseMigrator.MigrateAsync(provider));

        Assert.StartsWith("Setting 'ConnectionStrings:Postgres' leads to no usable database", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
        Assert.DoesNotContain("secret-word", exception.Message, StringComparison.Ordinal);
    }
}
