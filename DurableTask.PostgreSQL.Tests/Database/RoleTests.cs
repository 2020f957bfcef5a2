using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.DurableTask.Client;
using Npgsql;

namespace DurableTask.PostgreSQL.Tests.Database;

/// <summary>A role that owns the hub and one that only runs it, with the rights of <c>Sql/Roles.sql</c>.</summary>
public sealed class RoleTests
{
    [Fact]
    [Trait("Runs", "OnEachRuntime")]
    public async Task RuntimeRole_WithTheDocumentedRights_DoesEverythingButChangeTheSchema()
    {
        await using var hub = await TestHub.CreateAsync(ownDatabase: true);
        var (migrator, runtime) = await CreateRolesAsync(hub);
        await new TestNode(hub.Options(migrator), _ => { }, null, null).Service.CreateIfNotExistsAsync();
        await GrantAsync(hub, migrator, runtime);
        var role = runtime;

        var first = await StartAsync();
        var second = await StartAsync();
        var client = hub.NewClient(role);
        Assert.Equal(20, await first.OutputOfAsync<int>(await client.ScheduleAsync("SumOfSums", 4)));
        var id = await client.ScheduleAsync("Waits");
        await Eventually.TrueAsync(async () => (await client.HistoryAsync(id)).Count > 0);
        await first.EvictAsync(id);
        await second.EvictAsync(id);
        await client.Client.SuspendInstanceAsync(id);
        await client.ReachesAsync(id, OrchestrationRuntimeStatus.Suspended);
        await client.Client.ResumeInstanceAsync(id);
        await second.Client.RaiseEventAsync(id, "go", "x");
        Assert.Equal("x", await client.OutputOfAsync<string>(id));
        await client.ScheduleAsync("Waits", id: id);
        await client.Client.TerminateInstanceAsync(id);
        await client.EndOfAsync(id);
        Assert.Empty(await client.Service.ListSetAsideAsync());
        Assert.Equal(6, (await client.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter())).PurgedInstanceCount);
        await first.StopAsync();

        await Eventually.TrueAsync(async () => await hub.ScalarAsync<long>("select count(*) from {hub}.nodes") == 1);
        Assert.Null(second.Service.Problem);
        Assert.Empty(second.Logs.OwnOf(Microsoft.Extensions.Logging.LogLevel.Warning));
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => Sql.ExecuteAsync(role, $"drop table {hub.Name}.history"));
        Assert.Equal("42501", refusal.SqlState);

        Task<TestNode> StartAsync()
        {
            var node = hub.NewNode(ProcessTasks.Add, o => o.CreateSchema = false, connectionString: role);
            return node.StartAsync().ContinueWith(_ => node, TaskScheduler.Default);
        }
    }

    [Fact]
    public async Task RoleWithoutRights_IsRefusedAtTheStart_WithTheReason()
    {
        await using var hub = await TestHub.CreateAsync(ownDatabase: true);
        var (_, runtime) = await CreateRolesAsync(hub);

        var toCreate = await Assert.ThrowsAsync<TaskHubUnavailableException>(() => StartAsync(createSchema: true));
        await hub.NewClient().Service.CreateIfNotExistsAsync();
        var toUse = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => StartAsync(createSchema: false));

        Assert.Contains("rights", toCreate.Message, StringComparison.Ordinal);
        Assert.Contains("rights", toUse.Message, StringComparison.Ordinal);

        Task StartAsync(bool createSchema) =>
            hub.NewNode(CommonTasks.Add, o => o.CreateSchema = createSchema, connectionString: runtime).StartAsync();
    }

    /// <summary>Roles of this test's own: roles belong to the server.</summary>
    internal static async Task<(string Migrator, string Runtime)> CreateRolesAsync(TestHub hub)
    {
        var settings = new NpgsqlConnectionStringBuilder(hub.ConnectionString);
        var (migrator, runtime) = ($"m_{settings.Database}", $"r_{settings.Database}");
        await hub.ExecuteAsync(
            $"create role {migrator} login password 'secret'",
            $"create role {runtime} login password 'secret'",
            $"grant create on database {settings.Database} to {migrator}");
        return (Of(migrator), Of(runtime));

        string Of(string role) => new NpgsqlConnectionStringBuilder(hub.ConnectionString) { Username = role, Password = "secret" }.ConnectionString;
    }

    /// <summary>Runs the documented grants as the owner of the hub.</summary>
    internal static async Task GrantAsync(TestHub hub, string migrator, string runtime)
    {
        using var stream = typeof(PostgreSqlOrchestrationService).Assembly.GetManifestResourceStream("DurableTask.PostgreSQL.Sql.Roles.sql")!;
        using var reader = new StreamReader(stream);
        var text = (await reader.ReadToEndAsync())
            .Replace("durable_runtime", new NpgsqlConnectionStringBuilder(runtime).Username, StringComparison.Ordinal)
            .Replace("durable.", $"{hub.Name}.", StringComparison.Ordinal)
            .Replace("schema durable", $"schema {hub.Name}", StringComparison.Ordinal);
        await Sql.ExecuteAsync(migrator, text);
    }
}
