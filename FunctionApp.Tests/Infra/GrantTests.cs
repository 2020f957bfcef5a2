using Atelier.Configuration;
using Atelier.Persistence;
using FunctionApp.Tests.EndToEnd;
using FunctionApp.Tests.Hosting;
using FunctionApp.Tests.Persistence;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FunctionApp.Tests.Infra;

/// <summary>The app on a database whose schema it may not change, as on Azure.</summary>
[Collection(LocalServicesCollection.Name)]
public sealed class GrantTests(LocalServicesFixture services)
{
    [Fact]
    public async Task App_WithTheRightsOfGrantsSqlAlone_MakesChangesAndDeletesCampaigns()
    {
        await using var database = await TestDatabase.CreateAsync(services);
        var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var role = $"app_{settings.Database}";
        var grants = await File.ReadAllTextAsync(Path.Combine(Bicep.Folder, "hooks", "grants.sql"));
        // EmbeddedHost's engine keeps its hub in a schema of its own; on Azure it is elsewhere.
        await ExecuteAsync(database, $"CREATE ROLE {role} LOGIN PASSWORD 'app'; GRANT CREATE ON DATABASE {settings.Database} TO {role}");
        await ExecuteAsync(database, grants.Replace(":\"role\"", $"\"{role}\"", StringComparison.Ordinal));
        await using var atelier = new AtelierFixture
        {
            PlainPictures = true,
            MoreSettings = new Dictionary<string, string>
            {
                ["ConnectionStrings__Postgres"] =
                    new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = role, Password = "app" }.ConnectionString,
                ["Database__MigrateOnStart"] = "false",
            },
        };

        var api = await atelier.StartAsync(services);
        var id = await api.StartAsync("A lighthouse", images: 1);

        Assert.Equal("COMPLETE", (string)(await api.EndOfAsync(id))["status"]!);
        using var deleted = await api.Http.DeleteAsync($"/api/campaigns/{id}");
        Assert.True(deleted.IsSuccessStatusCode, $"{deleted.StatusCode}");
    }

    [Fact]
    public async Task Start_ThatMayNotMigrate_NamesTheFirstMigrationThatIsMissing()
    {
        await using var database = await TestDatabase.CreateEmptyAsync(services);
        await using var provider = new ServiceCollection()
            .AddLogging()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(
                [new("Database:MigrateOnStart", "false"), new("ConnectionStrings:Postgres", database.ConnectionString)]).Build())
            .AddPersistence(new ConfigurationBuilder().AddInMemoryCollection([new("ConnectionStrings:Postgres", database.ConnectionString)]).Build())
            .BuildServiceProvider();

        var exception = await Assert.ThrowsAsync<SettingException>(() => DatabaseMigrator.PrepareAsync(provider, otherConnections: 0));

        Assert.Contains("from 20260801000000_Initial on: run the command 'migrate'", exception.Message, StringComparison.Ordinal);
        await DatabaseMigrator.MigrateAsync(provider);
        await DatabaseMigrator.PrepareAsync(provider, otherConnections: 0);
    }

    private static async Task ExecuteAsync(TestDatabase database, string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
