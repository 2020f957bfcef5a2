using System.Diagnostics;
using Endurance.Machine;
using Endurance.Node;

namespace Endurance.Scale;

/// <summary>A node that held very many instances is killed: how long until another holds them all, and they go on.</summary>
internal static class AdoptTrial
{
    private const int NeverIdle = 3_600;
    private static readonly TimeSpan AllowedTime = TimeSpan.FromSeconds(3);

    public static async Task<bool> RunAsync(Hub hub, int count)
    {
        var settings = new NodeSettings(hub.ConnectionString, IdleSeconds: NeverIdle, Orchestrations: count * 2);
        await using var first = await Hub.StartNodeAsync("adopt-1", settings);
        await first.DemandAsync($"start-many/{ScaleOrchestrations.Listens}/0/{count}/0");
        await using var second = await Hub.StartNodeAsync("adopt-2", settings);
        await Until.TrueAsync(async () => await hub.CountAsync("owner is not null and status = 0") == count, Hub.Limit, "the first node to hold all");

        var killed = Stopwatch.GetTimestamp();
        var deadNode = "owner in (select min(id) from durable.nodes)";
        await first.KillAsync();
        await hub.UntilNoneAsync($"status = 0 and {deadNode} and (select count(*) from durable.nodes) > 1");
        var freed = Stopwatch.GetElapsedTime(killed);
        await hub.UntilNoneAsync("status = 0 and owner is null");
        var adopted = Stopwatch.GetElapsedTime(killed);

        var raised = Stopwatch.GetTimestamp();
        await second.DemandAsync($"raise-many/{ScaleOrchestrations.Listens}/0/{count}");
        await Until.TrueAsync(async () => await hub.CountAsync("status = 1") == count, Hub.Limit, "the adopted instances to end");
        var ended = Stopwatch.GetElapsedTime(raised);

        var table = new Table(["instances", "freed after s", "adopted after s", "all raised their event and ended in s", "second node peak MB"]);
        table.Add(
            count,
            freed.TotalSeconds.ToString("0.00"),
            adopted.TotalSeconds.ToString("0.00"),
            ended.TotalSeconds.ToString("0.0"),
            ProcessFigures.PeakMegabytes(second.ProcessId).ToString("0"));
        Console.WriteLine(table);
        return await hub.CountAsync("status <> 1") == 0 && adopted <= AllowedTime;
    }
}
