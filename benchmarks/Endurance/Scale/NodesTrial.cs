using System.Diagnostics;
using Endurance.Machine;
using Endurance.Node;

namespace Endurance.Scale;

/// <summary>Work that waits for providers, on one node and on two, all of it started on the first.</summary>
internal static class NodesTrial
{
    private const int Instances = 600;
    private const int Milliseconds = 200;
    private const int ActivitiesAtOnce = 16;
    private const double ExpectedGain = 1.5;

    public static async Task<bool> RunAsync(Hub hub)
    {
        var settings = new NodeSettings(hub.ConnectionString, Activities: ActivitiesAtOnce);
        await using var first = await Hub.StartNodeAsync("nodes-1", settings);
        await RoundAsync(hub, first, 0, ActivitiesAtOnce);
        var one = await RoundAsync(hub, first, ActivitiesAtOnce, Instances);
        await using var second = await Hub.StartNodeAsync("nodes-2", settings);
        var two = await RoundAsync(hub, first, ActivitiesAtOnce + Instances, Instances);

        var table = new Table(["nodes", "activities at once on each", "activities a second", "the most there could be"]);
        table.Add(1, ActivitiesAtOnce, (Instances / one.TotalSeconds).ToString("0"), ActivitiesAtOnce * 1000 / Milliseconds);
        table.Add(2, ActivitiesAtOnce, (Instances / two.TotalSeconds).ToString("0"), 2 * ActivitiesAtOnce * 1000 / Milliseconds);
        Console.WriteLine(table);
        return one > two * ExpectedGain;
    }

    private static async Task<TimeSpan> RoundAsync(Hub hub, NodeProcess node, int from, int count)
    {
        var started = Stopwatch.GetTimestamp();
        await node.DemandAsync($"start-many/{nameof(ScaleOrchestrations.Asks)}/{from}/{count}/{Milliseconds}");
        await hub.UntilNoneAsync("status <> 1");
        return Stopwatch.GetElapsedTime(started);
    }
}
