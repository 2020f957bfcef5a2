using System.Diagnostics;
using Endurance.Machine;
using Endurance.Node;

namespace Endurance.Scale;

/// <summary>Work that waits for providers, on one node and on two: started on both, as behind a load balancer, and all on the first.</summary>
internal static class NodesTrial
{
    private const int Instances = 600;
    private const int Milliseconds = 200;
    private const int ActivitiesAtOnce = 16;
    private const double ExpectedGain = 1.8;

    public static async Task<bool> RunAsync(Hub hub)
    {
        var settings = new NodeSettings(hub.ConnectionString, Activities: ActivitiesAtOnce);
        await using var first = await Hub.StartNodeAsync("nodes-1", settings);
        await RoundAsync(hub, [first], 0);
        var one = await RoundAsync(hub, [first], 1);
        await using var second = await Hub.StartNodeAsync("nodes-2", settings);
        await RoundAsync(hub, [first, second], 2);
        var two = await RoundAsync(hub, [first, second], 3);
        var burst = await RoundAsync(hub, [first], 4);

        var table = new Table(["nodes", "started on", "activities a second", "the most there could be"]);
        table.Add(1, "the node", (Instances / one.TotalSeconds).ToString("0"), ActivitiesAtOnce * 1000 / Milliseconds);
        table.Add(2, "both", (Instances / two.TotalSeconds).ToString("0"), 2 * ActivitiesAtOnce * 1000 / Milliseconds);
        table.Add(2, "the first, in one burst", (Instances / burst.TotalSeconds).ToString("0"), 2 * ActivitiesAtOnce * 1000 / Milliseconds);
        Console.WriteLine(table);
        return one >= two * ExpectedGain && one >= burst * ExpectedGain;
    }

    private static async Task<TimeSpan> RoundAsync(Hub hub, NodeProcess[] nodes, int round)
    {
        var started = Stopwatch.GetTimestamp();
        var share = Instances / nodes.Length;
        await Task.WhenAll(nodes.Select((node, i) =>
            node.DemandAsync($"start-many/{ScaleOrchestrations.Asks}/{(round * Instances) + (i * share)}/{share}/{Milliseconds}")));
        await hub.UntilNoneAsync("status <> 1");
        return Stopwatch.GetElapsedTime(started);
    }
}
