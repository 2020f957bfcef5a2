using System.Diagnostics;
using Endurance.Machine;
using Endurance.Node;

namespace Endurance.Scale;

/// <summary>Very many instances that wait, half for a timer and half for an event, cost a node next to nothing.</summary>
internal static class MemoryTrial
{
    private const int Chunk = 5_000;
    private const int Woken = 1_000;
    private const int Days = 3_650;
    private const double AllowedMegabytes = 300;

    public static async Task<bool> RunAsync(Hub hub, int waiting)
    {
        await using var node = await Hub.StartNodeAsync("memory", new NodeSettings(hub.ConnectionString));
        var empty = ProcessFigures.ResidentMegabytes(node.ProcessId);
        var started = Stopwatch.GetTimestamp();
        for (var from = 0; from < waiting / 2; from += Chunk)
        {
            var count = Math.Min(Chunk, (waiting / 2) - from);
            await node.DemandAsync($"start-many/{ScaleOrchestrations.Sleeps}/{from}/{count}/{Days}");
            await node.DemandAsync($"start-many/{ScaleOrchestrations.Listens}/{from}/{count}/0");
        }

        var accepted = Stopwatch.GetElapsedTime(started);
        await hub.UntilNoneAsync("status not in (1, 3, 4, 5) and (owner is not null or status = 6)");
        var settled = Stopwatch.GetElapsedTime(started);
        var there = await hub.CountAsync("status = 0 and owner is null");
        var resident = ProcessFigures.ResidentMegabytes(node.ProcessId);

        var woken = Math.Min(Woken, waiting / 2);
        var raised = Stopwatch.GetTimestamp();
        await node.DemandAsync($"raise-many/{ScaleOrchestrations.Listens}/0/{woken}");
        await Until.TrueAsync(async () => await hub.CountAsync("status = 1") == woken, Hub.Limit, "the woken instances to end");
        var responded = Stopwatch.GetElapsedTime(raised);
        var peak = ProcessFigures.PeakMegabytes(node.ProcessId);

        var table = new Table(["waiting", "accepted s", "all at rest s", "node empty MB", "at rest MB", "peak MB", $"{woken} woken to their end s"]);
        table.Add(
            there,
            accepted.TotalSeconds.ToString("0.0"),
            settled.TotalSeconds.ToString("0.0"),
            empty.ToString("0"),
            resident.ToString("0"),
            peak.ToString("0"),
            responded.TotalSeconds.ToString("0.00"));
        Console.WriteLine(table);
        return there == waiting && peak <= AllowedMegabytes;
    }
}
