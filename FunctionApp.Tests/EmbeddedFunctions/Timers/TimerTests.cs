using EmbeddedFunctions;
using EmbeddedFunctions.Engine;
using EmbeddedFunctions.Timers;
using FunctionApp.Tests.Hosting;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionApp.Tests.EmbeddedFunctions.Timers;

/// <summary>Timer functions as on the official host; their schedules stand in PostgreSQL, for all nodes.</summary>
[Collection(LocalServicesCollection.Name)]
public sealed class TimerTests(LocalServicesFixture services)
{
    [Fact]
    public async Task RunOnStartup_RunsOnceAtTheStart_WithScheduleStatus()
    {
        var runs = new TimerRuns();
        await using var host = await StartAsync(typeof(StartupTimer), runs, await services.CreateDatabaseAsync());
        await Eventually.TrueAsync(() => Task.FromResult(!runs.BindingData.IsEmpty));

        var info = Assert.Single(runs.Infos);
        Assert.False(info.IsPastDue);
        Assert.True(info.ScheduleStatus!.Next > TimeProvider.System.GetUtcNow().UtcDateTime);
        Assert.IsType<string>(Assert.Single(runs.BindingData));
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
    public async Task FailedRun_WithRetries_IsRunAgain_AndToldSo()
    {
        var runs = new TimerRuns();
        await using var host = await StartAsync(typeof(RetriedTimer), runs, database: null);
        await Eventually.TrueAsync(() => Task.FromResult(runs.BindingData.Count >= 3));

        Assert.Equal(["first", "1 of 3", "2 of 3"], runs.BindingData);
    }

    [Fact]
    public async Task FailedRun_AfterItsLastRetry_LeavesTheScheduleGoing()
    {
        var runs = new TimerRuns();
        await using var host = await StartAsync(typeof(HopelessTimer), runs, database: null);
        await Eventually.TrueAsync(() => Task.FromResult(runs.BindingData.Count >= 4));

        Assert.All(runs.BindingData, text => Assert.Equal("""{"ScheduleStatus":null,"IsPastDue":false}""", text));
    }

    [Fact]
    public async Task ScheduleBySetting_RunsWithoutADatabaseToo()
    {
        var runs = new TimerRuns();
        await using var host = await StartAsync(typeof(SettingTimer), runs, database: null, "Tick=* * * * * *");

        await Eventually.TrueAsync(() => Task.FromResult(runs.Infos.Count >= 2));
    }

    [Fact]
    public void ScheduleBySetting_ThatIsMissing_IsToldAtTheStart()
    {
        var exception = Assert.Throws<FunctionsStartupException>(() => FunctionHost.Build([typeof(SettingTimer)]));

        Assert.Contains("BySetting", exception.Message, StringComparison.Ordinal);
        Assert.Contains("%Tick%", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MissedRun_IsMadeUpForOnce_AsPastDue()
    {
        var database = await services.CreateDatabaseAsync();
        var before = TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(-5);
        await using (var monitor = new PostgresTimerMonitor(new EngineOptions { ConnectionString = database }))
        {
            await monitor.SaveAsync("EachHour", new ScheduleStatus { Last = before, LastUpdated = before }, CancellationToken.None);
        }

        var runs = new TimerRuns();
        await using (await StartAsync(typeof(HourTimer), runs, database))
        {
            await Eventually.TrueAsync(() => Task.FromResult(!runs.Infos.IsEmpty));
        }

        // A node that starts a moment later finds the missed run made up for: it runs because it starts, and for nothing else.
        await using (await StartAsync(typeof(HourTimer), runs, database))
        {
            await Eventually.TrueAsync(() => Task.FromResult(runs.Infos.Count >= 2));
        }

        Assert.Equal([true, false], runs.Infos.Select(run => run.IsPastDue).Take(2));
        var (missed, later) = (runs.Infos.First().ScheduleStatus!, runs.Infos.ElementAt(1).ScheduleStatus!);
        Assert.Equal(before, missed.Last, TimeSpan.FromMilliseconds(1));
        Assert.True(later.Last > before.AddHours(3));
    }

    [Fact]
    public async Task Tick_OfTwoHosts_RunsOnOneOfThem()
    {
        var database = await services.CreateDatabaseAsync();
        var (one, other) = (new TimerRuns(), new TimerRuns());
        var start = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        await using var first = await StartAsync(typeof(SettingTimer), one, database, "Tick=* * * * * *");
        await using var second = await StartAsync(typeof(SettingTimer), other, database, "Tick=* * * * * *");
        await Eventually.TrueAsync(() => Task.FromResult(one.Infos.Count + other.Infos.Count >= 6));

        // The record holds the last tick that was taken: there were no more runs than ticks up to then.
        var runs = one.Infos.Count + other.Infos.Count;
        await using var monitor = new PostgresTimerMonitor(new EngineOptions { ConnectionString = database });
        var last = (await monitor.FindAsync("BySetting", CancellationToken.None))!.Last;
        Assert.InRange(runs, 6, new DateTimeOffset(last).ToUnixTimeSeconds() - start);
    }

    [Fact]
    public async Task Occurrence_OfManyNodes_IsTakenByOne()
    {
        var options = new EngineOptions { ConnectionString = await services.CreateDatabaseAsync() };
        var nodes = Enumerable.Range(0, 4).Select(_ => new PostgresTimerMonitor(options)).ToList();
        var start = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        for (var i = 0; i < 5; i++)
        {
            var occurrence = start.AddMinutes(i);
            var taken = await Task.WhenAll(nodes.Select(node => node.TryTakeAsync("Shared", occurrence, CancellationToken.None)));
            Assert.Single(taken, took => took);
        }

        Assert.False(await nodes[0].TryTakeAsync("Shared", start, CancellationToken.None));
        foreach (var node in nodes) await node.DisposeAsync();
    }

    [Fact]
    public void Intervals_ComeAtTheSameTimesOnEveryNode()
    {
        var schedule = new IntervalSchedule(TimeSpan.FromMinutes(5));

        Assert.Equal(
            schedule.Next(new DateTime(2026, 1, 1, 10, 1, 17, DateTimeKind.Utc)), schedule.Next(new DateTime(2026, 1, 1, 10, 4, 59, DateTimeKind.Utc)));
    }

    private static Task<FunctionHost> StartAsync(Type functions, TimerRuns runs, string? database, params string[] settings) =>
        FunctionHost.StartAsync(
            [functions],
            builder => builder.Services.AddSingleton(runs),
            [.. settings, .. database is null ? Array.Empty<string>() : [$"ConnectionStrings:Postgres={database}"]]);
}
