using DurableTask.Core;
using DurableTask.Core.Query;
using DurableTask.PostgreSQL.Client;
using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace DurableTask.PostgreSQL.Tests.Nodes;

/// <summary>The limits that a node keeps, and what it registers.</summary>
public sealed class LimitTests
{
    [Fact]
    public async Task ActivitiesAtOnce_AreNoMoreThanTheLimit()
    {
        await using var hub = await TestHub.CreateAsync();
        var (running, most) = (0, 0);
        var node = await hub.StartNodeAsync(
            tasks =>
            {
                tasks.AddOrchestratorFunc<int, int>("FansOut", async (context, count) =>
                    (await Task.WhenAll(Enumerable.Range(0, count).Select(n => context.CallActivityAsync<int>("Work", n)))).Sum());
                tasks.AddActivityFunc<int, int>("Work", async (_, n) =>
                {
                    var now = Interlocked.Increment(ref running);
                    InterlockedMax(now);
                    await Task.Delay(5);
                    Interlocked.Decrement(ref running);
                    return n;
                });
            },
            o => o.MaxConcurrentActivities = 3);

        var ids = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => node.ScheduleAsync("FansOut", 20)));

        Assert.All(await Task.WhenAll(ids.Select(node.OutputOfAsync<int>)), sum => Assert.Equal(190, sum));
        Assert.Equal(3, most);

        void InterlockedMax(int value)
        {
            lock (hub)
            {
                most = Math.Max(most, value);
            }
        }
    }

    [Fact]
    public async Task ManyCallsAtOnce_WaitForTheFewConnections()
    {
        await using var hub = await TestHub.CreateAsync(ownDatabase: true);
        var node = await hub.StartNodeAsync(CommonTasks.Add, o => o.MaxConnections = 4);

        var ids = await Task.WhenAll(Enumerable.Range(0, 300).Select(n => node.ScheduleAsync("Echo", $"{n}")));
        var calls = ids.Select(node.FindAsync).ToList();
        var connections = await hub.ScalarAsync<long>("select count(*) from pg_stat_activity where application_name like 'DurableTask.PostgreSQL%'"
            + $" and datname = '{new NpgsqlConnectionStringBuilder(hub.ConnectionString).Database}'");

        Assert.All(await Task.WhenAll(calls), Assert.NotNull);
        Assert.Equal(Enumerable.Range(0, 300).Select(n => $"{n}"), await Task.WhenAll(ids.Select(node.OutputOfAsync<string>)));
        Assert.InRange(connections, 1, 4);
        Assert.Null(node.Service.Problem);
    }

    [Fact]
    public async Task Registrations_AreOneService_AndItsClient()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = hub.NewClient();

        Assert.Same(node.Service, node.Services.GetRequiredService<IOrchestrationService>());
        Assert.Same(node.Service, node.Services.GetRequiredService<IOrchestrationServiceClient>());
        Assert.Same(node.Service, node.Services.GetRequiredService<IOrchestrationServiceQueryClient>());
        Assert.Same(node.Service, node.Services.GetRequiredService<IOrchestrationServicePurgeClient>());
        Assert.IsType<PostgreSqlDurableTaskClient>(node.Client);
    }
}
