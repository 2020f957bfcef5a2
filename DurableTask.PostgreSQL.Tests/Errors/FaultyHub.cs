using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.DurableTask;
using Npgsql;

namespace DurableTask.PostgreSQL.Tests.Errors;

/// <summary>A hub in a database of its own whose node has a role of its own, so that a test can change the settings and rights of both; and work in flight.</summary>
internal sealed class FaultyHub : IAsyncDisposable
{
    private const int Each = 8;

    private readonly TaskCompletionSource _mayEnd = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _waiting = [];
    private readonly List<string> _working = [];
    private readonly List<string> _sleeping = [];
    private readonly string _server;
    private int _started;

    private FaultyHub(string server, TestHub hub, string connectionString)
    {
        _server = server;
        Hub = hub;
        ConnectionString = connectionString;
        Database = new NpgsqlConnectionStringBuilder(connectionString).Database!;
        Role = new NpgsqlConnectionStringBuilder(connectionString).Username!;
    }

    public TestHub Hub { get; }

    public string Database { get; }

    public string Role { get; }

    /// <summary>The role's connection string.</summary>
    public string ConnectionString { get; }

    public TestNode Node { get; private set; } = null!;

    /// <summary>A process that is only a client.</summary>
    public TestNode Client { get; private set; } = null!;

    public static async Task<FaultyHub> CreateAsync(PostgresServer? server = null)
    {
        server ??= await PostgresServer.SharedAsync();
        var hub = await TestHub.CreateAsync(server);
        var settings = new NpgsqlConnectionStringBuilder(hub.ConnectionString);
        var role = $"r_{settings.Database}";
        await hub.ExecuteAsync($"create role {role} login password 'secret'", $"grant create on database {settings.Database} to {role}");
        settings.Username = role;
        settings.Password = "secret";
        settings.Timeout = 5;
        var faulty = new FaultyHub(server.ConnectionString, hub, settings.ConnectionString);

        // What waits stays in memory, however slow the machine: the tests look at what a node does with what it holds.
        faulty.Node = hub.NewNode(faulty.Tasks, o => o.ExtendedSessionIdleTimeout = TimeSpan.FromMinutes(5), connectionString: settings.ConnectionString);
        await faulty.Node.StartAsync();
        faulty.Client = hub.NewClient(settings.ConnectionString);
        return faulty;
    }

    /// <summary>Starts instances that wait for an event, for an activity and for a timer, and waits until they do.</summary>
    public async Task StartWorkAsync()
    {
        for (var n = 0; n < Each; n++)
        {
            _waiting.Add(await Node.ScheduleAsync("Waits"));
            _working.Add(await Node.ScheduleAsync("Works"));
            _sleeping.Add(await Node.ScheduleAsync("Sleeps"));
        }

        await Eventually.TrueAsync(() => Volatile.Read(ref _started) == Each);
        await Eventually.TrueAsync(async () => await Hub.ScalarAsync<long>("select count(distinct instance_id) from {hub}.history") == 3 * Each);
    }

    /// <summary>Lets activities end, so that the node has something to write.</summary>
    public void EndActivities() => _mayEnd.TrySetResult();

    /// <summary>All work ends, and nothing of it is missing or there twice.</summary>
    public async Task AssertAllEndsAsync()
    {
        EndActivities();
        foreach (var id in _waiting)
        {
            await Eventually.SucceedsAsync(async () =>
            {
                await Client.Client.RaiseEventAsync(id, "go", id);
                return true;
            });
        }

        Assert.Equal(_waiting, await Task.WhenAll(_waiting.Select(OutputOfAsync)));
        Assert.All(await Task.WhenAll(_working.Select(OutputOfAsync)), text => Assert.Equal("worked, again", text));
        Assert.All(await Task.WhenAll(_sleeping.Select(OutputOfAsync)), text => Assert.Equal("slept", text));
        await Hub.AssertHistoriesAreWholeAsync();
    }

    public Task<string?> OutputOfAsync(string id) => Eventually.SucceedsAsync(() => Client.OutputOfAsync<string>(id));

    /// <summary>Runs a statement on another database of the server, with the names of this one and its role put in.</summary>
    public Task OnServerAsync(string statement) => Sql.ExecuteAsync(
        _server, statement.Replace("{database}", Database, StringComparison.Ordinal).Replace("{role}", Role, StringComparison.Ordinal));

    /// <summary>Ends all sessions of the role.</summary>
    public Task EndSessionsAsync() => OnServerAsync("select pg_terminate_backend(pid) from pg_stat_activity where usename = '{role}'");

    public async ValueTask DisposeAsync()
    {
        EndActivities();
        await Hub.DisposeAsync();
    }

    private void Tasks(DurableTaskRegistry tasks)
    {
        CommonTasks.Add(tasks);
        tasks.AddOrchestratorFunc<string>("Works", async context =>
            $"{await context.CallActivityAsync<string>("Work")}, {await context.CallActivityAsync<string>("WorkOn")}");
        tasks.AddActivityFunc<string?, string>("Work", async (_, _) =>
        {
            Interlocked.Increment(ref _started);
            await _mayEnd.Task;
            return "worked";
        });
        tasks.AddActivityFunc<string>("WorkOn", _ => "again");
        tasks.AddOrchestratorFunc<string>("Sleeps", async context =>
        {
            await context.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None);
            return "slept";
        });
    }
}
