using EmbeddedHost.Functions.Timers;
using FunctionApp.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FunctionApp.Tests.EmbeddedHost.Functions;

/// <summary>Timer functions as on the official host; their state is in PostgreSQL, shared by all nodes.</summary>
[Collection(HostsCollection.Name)]
public sealed class TimerTests(LocalServicesFixture services)
{
    private const string EachSecond = "Tick=* * * * * *";

    [Fact]
    public async Task RunOnStartup_RunsOnceAtTheStart_WithScheduleStatus()
    {
        var runs = new TimerRuns();
        await using var host = await StartAsync(typeof(StartupTimer), runs, await services.CreateDatabaseAsync());
        await Eventually.TrueAsync(() => Task.FromResult(!runs.Infos.IsEmpty));

        var info = Assert.Single(runs.Infos);
        Assert.False(info.IsPastDue);
        Assert.Equal((1, 1), (info.ScheduleStatus!.Next.Month, info.ScheduleStatus.Next.Day));
    }

    [Fact]
    public async Task UseMonitorFalse_LeavesScheduleStatusNull()
    {
        var runs = new TimerRuns();
        await using var host = await StartAsync(typeof(UnmonitoredTimer), runs, await services.CreateDatabaseAsync());
        await Eventually.TrueAsync(() => Task.FromResult(!runs.Infos.IsEmpty));

        Assert.Null(Assert.Single(runs.Infos).ScheduleStatus);
    }

    [Fact]
    public async Task FailedRun_IsFollowedByTheNext_InAScopeOfItsOwn()
    {
        var runs = new TimerRuns();
        await using var host = await StartAsync(typeof(SecondTimer), runs, await services.CreateDatabaseAsync(), EachSecond);

        await Eventually.TrueAsync(() => Task.FromResult(runs.Infos.Count >= 3 && host.Journal.Lines.Count(line => line == "disposed") >= 2));
    }

    [Fact]
    public async Task MissedRun_IsMadeUpForOnce_AsPastDue()
    {
        var database = await services.CreateDatabaseAsync();
        var runs = new TimerRuns();
        await using (await StartAsync(typeof(HourTimer), runs, database)) await Eventually.TrueAsync(() => Task.FromResult(runs.Infos.Count == 1));
        await ExecuteAsync(
            database, "update embedded_host.timers set last_at = last_at - interval '5 hours', updated_at = updated_at - interval '5 hours'");

        await using (await StartAsync(typeof(HourTimer), runs, database)) await Eventually.TrueAsync(() => Task.FromResult(runs.Infos.Count == 2));

        // A node that starts a moment later finds the missed run already made up for: it runs only because of RunOnStartup.
        await using (await StartAsync(typeof(HourTimer), runs, database)) await Eventually.TrueAsync(() => Task.FromResult(runs.Infos.Count == 3));

        Assert.Equal([false, true, false], runs.Infos.Select(run => run.IsPastDue));
        var (missed, later) = (runs.Infos.ElementAt(1).ScheduleStatus!, runs.Infos.ElementAt(2).ScheduleStatus!);
        Assert.True(later.Last > missed.Last.AddHours(3));
        Assert.Equal(0, later.Last.Minute);
    }

    [Fact]
    public async Task Occurrence_OfTwoHosts_RunsOnOneOfThem()
    {
        var database = await services.CreateDatabaseAsync();
        var (one, other) = (new TimerRuns(), new TimerRuns());
        await using var first = await StartAsync(typeof(SecondTimer), one, database, EachSecond);
        await using var second = await StartAsync(typeof(SecondTimer), other, database, EachSecond);
        await Eventually.TrueAsync(() => Task.FromResult(one.Infos.Count + other.Infos.Count > 0));
        var (begin, before) = (await LastAsync(database), one.Infos.Count + other.Infos.Count);
        await Eventually.TrueAsync(() => Task.FromResult(one.Infos.Count + other.Infos.Count >= before + 6));

        // No more runs than seconds between the first and the last occurrence that was taken.
        var runs = one.Infos.Count + other.Infos.Count - before;
        Assert.InRange(runs, 6, (await LastAsync(database) - begin).TotalSeconds);
    }

    [Fact]
    public async Task Occurrence_OfManyNodes_IsTakenByOne_AndNotBeforeItIsDue()
    {
        var database = await services.CreateDatabaseAsync();
        var nodes = Enumerable.Range(0, 4).Select(_ => new TimerStore(database, "hub")).ToList();
        var states = await Task.WhenAll(nodes.Select(node => node.ReadAsync("Shared", CancellationToken.None)));
        var start = states.Max(state => state.Now).AddMinutes(-10);
        for (var i = 0; i < 5; i++)
        {
            var due = start.AddMinutes(i);
            var taken = await Task.WhenAll(nodes.Select(node => node.TakeAsync("Shared", due, CancellationToken.None)));
            Assert.Single(taken, state => state.IsTaken);
        }

        Assert.False((await nodes[0].TakeAsync("Shared", start, CancellationToken.None)).IsTaken);
        Assert.False((await nodes[0].TakeAsync("Shared", start.AddHours(1), CancellationToken.None)).IsTaken);
        Assert.True((await nodes[1].TakeAsync("Shared", start.AddMinutes(6), CancellationToken.None)).IsTaken);
        foreach (var node in nodes) await node.DisposeAsync();
    }

    [Fact]
    public async Task Occurrence_LastOneIsInTheFuture_IsTakenAllTheSame()
    {
        var database = await services.CreateDatabaseAsync();
        await using var store = new TimerStore(database, "hub");
        var due = (await store.ReadAsync("Stalled", CancellationToken.None)).Now;

        await ExecuteAsync(database, "update embedded_host.timers set last_at = now() + interval '1 hour', updated_at = now() + interval '1 hour'");

        Assert.True((await store.TakeAsync("Stalled", due, CancellationToken.None)).IsTaken);
        Assert.False((await store.TakeAsync("Stalled", due, CancellationToken.None)).IsTaken);
    }

    [Fact]
    public async Task Timers_OfTwoTaskHubs_AreApart()
    {
        var database = await services.CreateDatabaseAsync();
        await using var one = new TimerStore(database, "one");
        await using var other = new TimerStore(database, "other");
        var due = (await one.ReadAsync("Same", CancellationToken.None)).Now;
        await other.ReadAsync("Same", CancellationToken.None);

        Assert.True((await one.TakeAsync("Same", due, CancellationToken.None)).IsTaken);
        Assert.True((await other.TakeAsync("Same", due, CancellationToken.None)).IsTaken);
    }

    [Fact]
    public async Task Table_Lost_IsCreatedAgain()
    {
        var database = await services.CreateDatabaseAsync();
        var runs = new TimerRuns();
        await using var host = await StartAsync(typeof(SecondTimer), runs, database, EachSecond);
        await Eventually.TrueAsync(() => Task.FromResult(!runs.Infos.IsEmpty));

        await ExecuteAsync(database, "drop schema embedded_host cascade");

        var before = runs.Infos.Count;
        await Eventually.TrueAsync(() => Task.FromResult(runs.Infos.Count >= before + 2));
    }

    private static Task<TestApp> StartAsync(Type functions, TimerRuns runs, string database, params string[] settings) =>
        TestApp.StartOnAsync(database, functions, worker => worker.Services.AddSingleton(runs), settings);

    private static async Task<DateTime> LastAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand("select last_at from embedded_host.timers");
        return (DateTime)(await command.ExecuteScalarAsync())!;
    }

    private static async Task ExecuteAsync(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
