using System.Diagnostics;
using Endurance.Machine;
using Endurance.Node;
using Npgsql;

namespace Endurance.Faults;

/// <summary>One kind of fault, under load, and its result.</summary>
internal abstract class Scenario(string key, string title)
{
    private const int AtOnce = 120;
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(180);

    private int _faultCount;

    /// <summary>Short name, used in the names of nodes and instances.</summary>
    public string Key => key;

    /// <summary>Number of nodes.</summary>
    protected abstract int Nodes { get; }

    /// <summary>The lease of its nodes, in seconds; the engine's default where <see langword="null"/>.</summary>
    protected virtual int? LeaseSeconds => null;

    protected FaultLog Faults { get; } = new();

    /// <summary>How many faults were made.</summary>
    protected int FaultCount => _faultCount;

    /// <summary>Breaches that only this scenario can see.</summary>
    protected List<string> OwnBreaches { get; } = [];

    public async Task<ScenarioResult> RunAsync(DatabaseServer server, int seed)
    {
        var started = Stopwatch.GetTimestamp();
        var connectionString = await server.CreateDatabaseAsync(key.Replace('-', '_'));
        await using var database = new NpgsqlDataSourceBuilder(new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = "endurance driver",
            MaxPoolSize = 6,
        }.ConnectionString).Build();
        await ExecutionLog.CreateTableAsync(database);
        await using var fleet = new Fleet(key, new NodeSettings(connectionString, LeaseSeconds, IdleSeconds: 1), Nodes);
        await fleet.StartAllAsync();
        using var load = new Load(fleet, database, key, seed, AtOnce);
        load.Start();
        await DisturbAsync(fleet, database, new Random(seed + 1));
        await load.StopAsync();
        await Until.HoldsAsync(() => AllEndedAsync(database), EndsWithin);
        OwnBreaches.AddRange(fleet.Broken().Select(n => $"node {n} broke down by itself"));
        var audit = new Audit(database, load.Asked, Faults);
        await audit.RunAsync();
        return new ScenarioResult(
            title,
            FaultCount,
            load.Asked.Count(a => a.Accepted),
            load.Asked.Count(a => !a.Accepted),
            audit.Executions,
            audit.Repeats,
            audit.Durations.Median,
            audit.Durations.Longest,
            Stopwatch.GetElapsedTime(started),
            [.. OwnBreaches, .. audit.Breaches]);
    }

    /// <summary>Causes the faults. When it returns, all nodes run and take load.</summary>
    protected abstract Task DisturbAsync(Fleet fleet, NpgsqlDataSource database, Random random);

    protected void CountFault() => Interlocked.Increment(ref _faultCount);

    private static async Task<bool> AllEndedAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("select not exists (select 1 from durable.instances where status not in (1, 3, 4, 5))");
        return await command.ExecuteScalarAsync() is true;
    }
}

/// <summary>A scenario's figures.</summary>
internal sealed record ScenarioResult(
    string Title,
    int Faults,
    int Accepted,
    int WithoutResponse,
    int Executions,
    int Repeats,
    TimeSpan Median,
    TimeSpan Longest,
    TimeSpan Took,
    IReadOnlyList<string> Breaches);
