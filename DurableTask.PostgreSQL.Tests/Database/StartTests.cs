using DurableTask.PostgreSQL.Storage;
using DurableTask.PostgreSQL.Tests.Infrastructure;
using Npgsql;

namespace DurableTask.PostgreSQL.Tests.Database;

/// <summary>Starts that cannot succeed: the error is typed, and names the problem and the database.</summary>
public sealed class StartTests
{
    [Fact]
    [Trait("Runs", "OnEachRuntime")]
    public async Task UnreachableServer_IsNamed()
    {
        var port = PostgresServer.FreePort();

        var failure = await FailsAsync($"Host=127.0.0.1;Port={port};Database=d;Username=u;Password=very-secret");

        Assert.Contains($"127.0.0.1:{port}/d", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Check that PostgreSQL runs", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("very-secret", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongPassword_IsReported_WithoutThePassword()
    {
        var failure = await FailsAsync(await WithAsync(s => s.Password = "very-secret"));

        Assert.Contains("password", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("very-secret", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownRole_IsNamed() => Assert.Contains("nobody", (await FailsAsync(await WithAsync(s => s.Username = "nobody"))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task MissingDatabase_IsNamed()
    {
        var failure = await FailsAsync(await WithAsync(s => s.Database = "missing"));

        Assert.Contains("\"missing\" does not exist", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnresolvableHost_IsNamed() =>
        Assert.Contains("no.such.host.invalid", (await FailsAsync("Host=no.such.host.invalid;Database=d;Username=u")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PoolerInTransactionMode_IsRefused_SayingWhatToDo(bool ignoresOptions)
    {
        await using var hub = await TestHub.CreateAsync();
        await using var bouncer = await PgBouncer.StartAsync(hub.ConnectionString, "transaction", ignoresOptions);

        var failure = await FailsAsync(bouncer.ConnectionString);

        Assert.Contains("Give the host and port of PostgreSQL itself.", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 64)]
    [InlineData(";Max Auto Prepare=0", 0)]
    [InlineData(";Max Auto Prepare=7", 7)]
    public async Task MaxAutoPrepare_OfTheConnectionString_IsRespected(string given, int expected)
    {
        await using var source = TaskHubDataSource.Create(new() { ConnectionString = $"Host=db{given}" });

        Assert.Equal(expected, new NpgsqlConnectionStringBuilder(source.ConnectionString).MaxAutoPrepare);
    }

    [Fact]
    public async Task StartThatFailed_CanBeTriedAgain()
    {
        await using var hub = await TestHub.CreateAsync();
        using var link = new Link(hub.ConnectionString);
        link.Cut();
        var node = hub.NewNode(CommonTasks.Add, connectionString: link.ConnectionString);
        await Assert.ThrowsAsync<TaskHubUnavailableException>(() => node.Service.StartAsync());

        link.Mend();
        await node.StartAsync();

        Assert.Equal("x", await node.OutputOfAsync<string>(await node.ScheduleAsync("Echo", "x")));
    }

    [Theory]
    [InlineData("ConnectionString", "")]
    [InlineData("ConnectionString", "no connection string")]
    [InlineData("ConnectionString", "Host=h;Port=many")]
    [InlineData("TaskHub", "")]
    [InlineData("TaskHub", "a name of fifty-one characters, which is one too many")]
    [InlineData("TaskHub", "nul\0")]
    [InlineData("MaxConcurrentActivities", 0)]
    [InlineData("MaxLiveOrchestrations", 0)]
    [InlineData("MaxConnections", 3)]
    [InlineData("MaxConnections", 101)]
    [InlineData("MaxPayloadBytes", 1023)]
    [InlineData("MaxDispatchCount", 0)]
    [InlineData("HeartbeatInterval", "00:00:00")]
    [InlineData("Lease", "00:00:01.9")]
    [InlineData("ReconnectGrace", "00:00:00")]
    [InlineData("SweepInterval", "00:00:00")]
    [InlineData("ExtendedSessionIdleTimeout", "-00:00:01")]
    [InlineData("DrainTimeout", "-00:00:01")]
    public void OptionOutOfRange_IsNamed(string option, object value)
    {
        var options = new PostgreSqlOrchestrationServiceOptions { ConnectionString = "Host=h;Database=d" };
        var property = typeof(PostgreSqlOrchestrationServiceOptions).GetProperty(option)!;
        property.SetValue(options, property.PropertyType == typeof(TimeSpan) ? TimeSpan.Parse((string)value, null) : value);

        var refusal = Assert.Throws<ArgumentException>(() => new TestNode(options, _ => { }, null, null));

        Assert.Contains($"PostgreSqlOrchestrationServiceOptions.{option}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Defaults_AreThoseOfTheReadme_AndAreInRange()
    {
        var options = new PostgreSqlOrchestrationServiceOptions { ConnectionString = "Host=h;Database=d" };

        await using var client = new TestNode(options, _ => { }, null, null);

        Assert.Equal("durable", options.TaskHub);
        Assert.True(options.CreateSchema);
        Assert.Equal(Math.Max(64, 10 * Environment.ProcessorCount), options.MaxConcurrentActivities);
        Assert.Equal((2000, 8, 4 * 1024 * 1024, 10), (options.MaxLiveOrchestrations, options.MaxConnections, options.MaxPayloadBytes, options.MaxDispatchCount));
        Assert.Equal((1, 6, 3), (options.HeartbeatInterval.TotalSeconds, options.Lease.TotalSeconds, options.ReconnectGrace.TotalSeconds));
        Assert.Equal((10, 2, 5), (options.ExtendedSessionIdleTimeout.TotalSeconds, options.SweepInterval.TotalSeconds, options.DrainTimeout.TotalSeconds));
    }

    private static async Task<string> WithAsync(Action<NpgsqlConnectionStringBuilder> change)
    {
        var settings = new NpgsqlConnectionStringBuilder((await PostgresServer.SharedAsync()).ConnectionString);
        change(settings);
        return settings.ConnectionString;
    }

    private static async Task<TaskHubUnavailableException> FailsAsync(string connectionString)
    {
        await using var node = new TestNode(
            new PostgreSqlOrchestrationServiceOptions { ConnectionString = connectionString, DrainTimeout = TimeSpan.Zero }, CommonTasks.Add, null, null);
        return await Assert.ThrowsAsync<TaskHubUnavailableException>(() => node.StartAsync());
    }
}
