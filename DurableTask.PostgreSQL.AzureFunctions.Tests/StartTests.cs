using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.Azure.WebJobs.Extensions.DurableTask;

namespace DurableTask.PostgreSQL.AzureFunctions.Tests;

/// <summary>Settings, several hubs, and what is refused at the start.</summary>
public sealed class StartTests
{
    [Theory]
    [InlineData("connectionStringNam", "Database", "'connectionStringNam' is not a setting of the PostgreSQL storage provider. Did you mean 'connectionStringName'?")]
    [InlineData("maxConections", "8", "Did you mean 'maxConnections'?")]
    [InlineData("maxConnections", "3", "storageProvider/maxConnections: '3' is not a whole number from 4 to 100.")]
    [InlineData("lease", "soon", "storageProvider/lease: 'soon' is not a time from 00:00:00.2000000 to 01:00:00, such as 00:00:06.")]
    [InlineData("lease", "00:00:01", "Lease must be at least twice the HeartbeatInterval")]
    [InlineData("createSchema", "maybe", "storageProvider/createSchema: 'maybe' is not true or false.")]
    [InlineData("connectionStringName", "Databse", "The app setting 'Databse' is missing.")]
    public async Task AWrongSettingStopsTheStartAndIsNamed(string name, string value, string message)
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(
            () => FunctionsHost.StartAsync(typeof(TestFunctions), "Host=127.0.0.1", settings: (name, value)));
        Assert.Contains(message, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AHostThatMayNotCreateTheSchemaDoesNotStartWithoutOne()
    {
        var database = await FunctionsHost.NewDatabaseAsync();

        var error = await Assert.ThrowsAnyAsync<Exception>(
            () => FunctionsHost.StartAsync(typeof(TestFunctions), database, settings: ("createSchema", "false")));

        Assert.Contains("Task hub 'testhub' has no schema", error.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(0, await Sql.ScalarAsync<long>(database, "select count(*) from information_schema.tables where table_name = 'instances'"));
    }

    [Fact]
    public async Task AnAppWithEntitiesIsRefused()
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(() => FunctionsHost.StartAsync(typeof(Counter)));
        Assert.Contains("does not support entities; the app has the entity functions: Counter", error.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task HubsShareADatabaseAndAnAppWithoutFunctionsIsAClientOfAny()
    {
        var database = await FunctionsHost.NewDatabaseAsync();
        await using var first = await FunctionsHost.StartAsync(typeof(TestFunctions), database);
        await using var second = await FunctionsHost.StartAsync(typeof(TestFunctions), database, "OtherHub", ("schema", "OtherHub"));
        await using var clients = await FunctionsHost.StartAsync(functions: null, database);
        foreach (var hub in new[] { "TestHub", "OtherHub" })
        {
            var client = clients.ClientOf(hub);
            await client.StartNewAsync<object>(nameof(TestFunctions.FanOut), hub, 1);
            await Eventually.TrueAsync(
                async () => (await client.GetStatusAsync(hub))?.RuntimeStatus is OrchestrationRuntimeStatus.Completed, $"{hub} completes");
        }

        Assert.Null(await clients.ClientOf("TestHub").GetStatusAsync("OtherHub"));
    }
}
