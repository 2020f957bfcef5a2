using System.Globalization;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace DurableTask.PostgreSQL.Tests.Infrastructure;

/// <summary>A task hub of a test's own, with its nodes. It ends with the test.</summary>
internal sealed class TestHub : IAsyncDisposable
{
    private static int _count;

    private readonly List<IAsyncDisposable> _nodes = [];

    private TestHub(string connectionString, string name)
    {
        ConnectionString = connectionString;
        Name = name;
    }

    /// <summary>The superuser's connection string of the hub's database.</summary>
    public string ConnectionString { get; }

    /// <summary>The name of the hub.</summary>
    public string Name { get; }

    /// <summary>A hub in a database that tests share, or in one of its own, for tests that change settings of a database.</summary>
    public static async Task<TestHub> CreateAsync(bool ownDatabase = false, string? name = null)
    {
        var server = await PostgresServer.SharedAsync();
        var number = Interlocked.Increment(ref _count).ToString(CultureInfo.InvariantCulture);
        return new TestHub(ownDatabase ? await server.CreateDatabaseAsync() : server.ConnectionString, name ?? $"hub{number}");
    }

    /// <summary>A hub on a server that the test has started.</summary>
    public static async Task<TestHub> CreateAsync(PostgresServer server) => new(await server.CreateDatabaseAsync(), "hub");

    /// <summary>Another hub in the same database.</summary>
    public TestHub Beside(string name) => new(ConnectionString, name);

    /// <summary>The options of a node or client: PostgreSQL on this machine, and a node that takes long to be declared dead.</summary>
    public PostgreSqlOrchestrationServiceOptions Options(string? connectionString = null) => new()
    {
        ConnectionString = connectionString ?? ConnectionString,
        TaskHub = Name,
        HeartbeatInterval = TimeSpan.FromMilliseconds(250),
        Lease = TimeSpan.FromMinutes(1),
        ReconnectGrace = TimeSpan.FromMinutes(1),
        SweepInterval = TimeSpan.FromMilliseconds(250),
        DrainTimeout = TimeSpan.FromSeconds(1),
    };

    /// <summary>Starts a node.</summary>
    /// <param name="tasks">What it can run.</param>
    /// <param name="configure">Changes its options.</param>
    /// <param name="services">Adds services.</param>
    /// <param name="link">The network to PostgreSQL; <see langword="null"/> for a direct connection.</param>
    /// <param name="worker">Sets up the worker.</param>
    public async Task<TestNode> StartNodeAsync(
        Action<DurableTaskRegistry> tasks,
        Action<PostgreSqlOrchestrationServiceOptions>? configure = null,
        Action<IServiceCollection>? services = null,
        Link? link = null,
        Action<IDurableTaskWorkerBuilder>? worker = null)
    {
        var node = NewNode(tasks, configure, services, link?.ConnectionString, worker);
        await node.StartAsync();
        return node;
    }

    /// <summary>A node that is not started yet.</summary>
    public TestNode NewNode(
        Action<DurableTaskRegistry> tasks,
        Action<PostgreSqlOrchestrationServiceOptions>? configure = null,
        Action<IServiceCollection>? services = null,
        string? connectionString = null,
        Action<IDurableTaskWorkerBuilder>? worker = null)
    {
        var options = Options(connectionString);
        configure?.Invoke(options);
        var node = new TestNode(options, tasks, services, worker);
        _nodes.Add(node);
        return node;
    }

    /// <summary>A process that is only a client: its service is never started. The hub has to be there.</summary>
    public TestNode NewClient(string? connectionString = null, Action<PostgreSqlOrchestrationServiceOptions>? configure = null) =>
        NewNode(_ => { }, configure, connectionString: connectionString);

    /// <summary>Starts a process of its own that is a node, with the tasks of <see cref="ProcessTasks"/>.</summary>
    public async Task<NodeProcess> StartProcessAsync(int maxDispatchCount = 100)
    {
        var process = await NodeProcess.StartAsync(new NodeProcessSettings(ConnectionString, Name, maxDispatchCount));
        _nodes.Add(process);
        return process;
    }

    /// <summary>Runs statements, in which <c>{hub}</c> stands for the hub's schema.</summary>
    public Task ExecuteAsync(params string[] statements) => Sql.ExecuteAsync(ConnectionString, [.. statements.Select(Of)]);

    /// <summary>Reads one value.</summary>
    public Task<T> ScalarAsync<T>(string query) => Sql.ScalarAsync<T>(ConnectionString, Of(query));

    /// <summary>Locks a table against all others until the result is disposed.</summary>
    public Task<HeldLock> LockAsync(string table) =>
        HeldLock.TakeAsync(ConnectionString, Of($"lock table {{hub}}.{table} in access exclusive mode"));

    /// <summary>Locks an instance's row until the result is disposed.</summary>
    public Task<HeldLock> LockInstanceAsync(string id) =>
        HeldLock.TakeAsync(ConnectionString, Of($"select from {{hub}}.instances where id = '{id}' for update"));

    /// <summary>Whether a node holds the instance in memory.</summary>
    public Task<bool> IsHeldAsync(string id) => ScalarAsync<bool>($"select owner is not null from {{hub}}.instances where id = '{id}'");

    /// <summary>
    /// Makes PostgreSQL refuse to change or delete what was committed of a history, which only a new generation, a rewind or a purge does.
    /// </summary>
    public Task ForbidChangesOfHistoryAsync() => ExecuteAsync(
        """
        create function {hub}.forbid() returns trigger language plpgsql as
        $$ begin raise exception 'a committed history was changed' using errcode = '23000'; end $$
        """,
        "create trigger forbid before update or delete on {hub}.history for each row execute function {hub}.forbid()");

    /// <summary>
    /// No event of a committed history is missing or there twice, no task has two results, and no message waits for an instance that has ended.
    /// </summary>
    public async Task AssertHistoriesAreWholeAsync()
    {
        Assert.Equal(0, await ScalarAsync<long>(
            """
            select count(*) from (
                select seq, coalesce(sum(json_array_length(events::json)) over (partition by instance_id order by seq
                    rows between unbounded preceding and 1 preceding), 0) before from {hub}.history) h
            where seq <> before
            """));
        Assert.Equal(0, await ScalarAsync<long>(
            """
            select count(*) from (
                select from {hub}.history_events where type in (5, 6, 8, 9, 11) group by instance_id, task_id having count(*) > 1) twice
            """));
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_nodes.Select(n => n.DisposeAsync().AsTask()));

    private string Of(string sql) =>
        sql.Replace("{hub}", $"\"{Name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", StringComparison.Ordinal);
}
