using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.DurableTask.Client;

namespace DurableTask.PostgreSQL.Tests.Crashes;

/// <summary>Everything at once, for some seconds: the long form of this is the endurance suite in <c>benchmarks/</c>.</summary>
public sealed class EnduranceTests
{
    private const int Disturbances = 12;

    [Fact]
    public async Task KillsPausesCutsAndStops_LoseNothing_AndDoubleNothing()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        await using var hub = await TestHub.CreateAsync();
        using var link = new Link(hub.ConnectionString);
        var node = await hub.StartNodeAsync(ProcessTasks.Add, Hasty, link: link);
        await hub.ForbidChangesOfHistoryAsync();
        var process = await hub.StartProcessAsync();
        var client = hub.NewClient();
        var ids = await Task.WhenAll(Enumerable.Range(0, 80).Select(_ => client.ScheduleAsync("SumOfSums", 15)));
        var ends = Task.WhenAll(ids.Select(client.OutputOfAsync<int>));

        for (var n = 0; n < Disturbances; n++)
        {
            var results = await ResultsAsync();
            switch (random.Next(4))
            {
                case 0:
                    await process.KillAsync();
                    process = await hub.StartProcessAsync();
                    break;
                case 1:
                    using (process.Pause())
                    {
                        await Eventually.TrueAsync(async () => ends.IsCompleted || await hub.ScalarAsync<long>("select count(*) from {hub}.nodes") <= 1);
                    }

                    break;
                case 2:
                    link.Cut();
                    await Eventually.TrueAsync(() => node.Service.Problem is not null);
                    link.Mend();
                    break;
                default:
                    var next = await hub.StartNodeAsync(ProcessTasks.Add, Hasty, link: link);
                    await node.StopAsync();
                    node = next;
                    break;
            }

            await Eventually.TrueAsync(async () => ends.IsCompleted || await ResultsAsync() > results);
        }

        try
        {
            Assert.All(await ends, sum => Assert.Equal(680, sum));
            await hub.AssertHistoriesAreWholeAsync();
            Assert.Equal(80 * 16, await hub.ScalarAsync<long>("select count(*) from {hub}.instances where status = 1"));
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"Seed {seed}", exception);
        }

        Task<long> ResultsAsync() => hub.ScalarAsync<long>("select count(*) from {hub}.history");
    }

    [Fact]
    public async Task PurgeUnderLoad_TakesWhatHasEnded_AndNothingElse()
    {
        await using var hub = await TestHub.CreateAsync();
        var runs = 0;
        var node = await hub.StartNodeAsync(tasks =>
        {
            tasks.AddOrchestratorFunc("Parent", async context =>
            {
                await context.CallSubOrchestratorAsync("Child");
                await context.CallActivityAsync("Count");
            });
            tasks.AddOrchestratorFunc("Child", context => context.CallActivityAsync("Count"));
            tasks.AddActivityFunc<int>("Count", _ => Interlocked.Increment(ref runs));
        });
        using var over = new CancellationTokenSource();
        var purged = 0;
        var purging = Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                purged += (await node.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter())).PurgedInstanceCount;
            }
        });

        await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => node.ScheduleAsync("Parent")));
        await Eventually.TrueAsync(() => Volatile.Read(ref runs) == 600);
        await Eventually.TrueAsync(() => hub.ScalarAsync<bool>("select not exists (select from {hub}.instances)"));
        await over.CancelAsync();
        await purging;

        Assert.Equal(600, purged);
        Assert.Equal(600, runs);
        Assert.Equal(0, await hub.ScalarAsync<long>("select (select count(*) from {hub}.history) + (select count(*) from {hub}.inbox)"));
        Assert.Null(node.Service.Problem);
    }

    private static void Hasty(PostgreSqlOrchestrationServiceOptions options)
    {
        options.HeartbeatInterval = TimeSpan.FromMilliseconds(200);
        options.Lease = TimeSpan.FromSeconds(1.5);
        options.ReconnectGrace = TimeSpan.FromSeconds(1);
        options.MaxDispatchCount = 100;
    }
}
