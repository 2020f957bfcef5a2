using DurableTask.PostgreSQL.Tests.Infrastructure;

namespace DurableTask.PostgreSQL.Tests.Errors;

/// <summary>PostgreSQL itself stops and starts: a server of these tests' own.</summary>
public sealed class ServerTests : IAsyncLifetime
{
    private PostgresServer _server = null!;

    public async Task InitializeAsync() => _server = await PostgresServer.StartAsync("dtests-faults");

    public Task DisposeAsync()
    {
        _server.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task PostgreSqlThatIsDownAndUpAgain_OrReadOnly_OrCrashes_IsWaitedOut()
    {
        await using var hub = await FaultyHub.CreateAsync(_server);
        await hub.StartWorkAsync();

        using (await _server.StopPostgresAsync())
        {
            await Eventually.TrueAsync(() => hub.Node.Service.Sessions.IsDatabaseAway);
            Assert.False(hub.Node.Service.Problem!.IsDefect);
            await Assert.ThrowsAsync<TaskHubUnavailableException>(() => hub.Node.ScheduleAsync("Echo"));
            await Assert.ThrowsAsync<TaskHubUnavailableException>(() => hub.Client.ScheduleAsync("Echo"));
        }

        await Eventually.TrueAsync(() => hub.Node.Service.Problem is null);
        Assert.Equal(1, await hub.Hub.ScalarAsync<long>("select max(id) from {hub}.nodes"));

        await ReadOnlyAsync("on");
        await Eventually.TrueAsync(() => hub.Node.Service.Problem is { IsDefect: false });
        await ReadOnlyAsync("off");
        await Eventually.TrueAsync(() => hub.Node.Service.Problem is null);

        // A backend that dies makes PostgreSQL end all sessions and recover from its log.
        await Signals.SendAsync("KILL", await hub.Hub.ScalarAsync<int>($"select min(pid) from pg_stat_activity where usename = '{hub.Role}'"));
        await hub.AssertAllEndsAsync();
        await Eventually.TrueAsync(() => hub.Node.Service.Problem is null);
    }

    private Task ReadOnlyAsync(string value) => Sql.ExecuteAsync(
        _server.ConnectionString, $"alter system set default_transaction_read_only = {value}", "select pg_reload_conf()");
}
