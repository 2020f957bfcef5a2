using System.Diagnostics;
using Endurance.Machine;
using Endurance.Node;

namespace Endurance.Scale;

/// <summary>What a step costs, in a database that is empty and in ones that hold many instances that have ended.</summary>
internal static class StepTrial
{
    private const int Instances = 300;
    private const int StepsEach = 20;
    private const int Rounds = 3;
    private const double AllowedGrowth = 1.5;

    public static async Task<bool> RunAsync(Hub hub, DatabaseServer server, int most)
    {
        await using var node = await Hub.StartNodeAsync("step", new NodeSettings(hub.ConnectionString));
        var next = 0;
        await RoundAsync(hub, server, node, next++);
        var table = new Table(["instances in the database", "ms a step", "CPU of the node, ms a step", "CPU of PostgreSQL, ms a step"]);
        var costs = new List<double>();
        var filled = 0;
        foreach (var size in new[] { 0, most / 10, most })
        {
            await FillAsync(hub, server, filled, size);
            filled = size;
            var rounds = new List<(double Wall, double Node, double Server)>();
            for (var i = 0; i < Rounds; i++)
            {
                rounds.Add(await RoundAsync(hub, server, node, next++));
            }

            table.Add(
                size,
                Median(rounds.Select(r => r.Wall)).ToString("0.000"),
                Median(rounds.Select(r => r.Node)).ToString("0.000"),
                server.IsOwn ? Median(rounds.Select(r => r.Server)).ToString("0.000") : "?");
            costs.Add(Median(rounds.Select(r => r.Node + r.Server)));
        }

        Console.WriteLine(table);
        return costs[^1] <= costs[0] * AllowedGrowth;
    }

    private static async Task<(double Wall, double Node, double Server)> RoundAsync(Hub hub, DatabaseServer server, NodeProcess node, int round)
    {
        const double Steps = Instances * StepsEach;
        var started = Stopwatch.GetTimestamp();
        var nodeBefore = ProcessFigures.Cpu(node.ProcessId);
        var serverBefore = server.IsOwn ? ProcessFigures.CpuOfFamily(server.ProcessId) : TimeSpan.Zero;
        await node.DemandAsync($"start-many/{ScaleOrchestrations.Steps}/{round * Instances}/{Instances}/{StepsEach}");
        await hub.UntilNoneAsync($"id like '{ScaleOrchestrations.Steps}-%' and status <> 1");
        var server1 = server.IsOwn ? ProcessFigures.CpuOfFamily(server.ProcessId) : TimeSpan.Zero;
        return (
            Stopwatch.GetElapsedTime(started).TotalMilliseconds / Steps,
            (ProcessFigures.Cpu(node.ProcessId) - nodeBefore).TotalMilliseconds / Steps,
            (server1 - serverBefore).TotalMilliseconds / Steps);
    }

    /// <summary>Instances of four events each, ended in the course of the last days, as a node would have left them.</summary>
    private static async Task FillAsync(Hub hub, DatabaseServer server, int from, int to)
    {
        if (to > from)
        {
            await hub.RunAsync(
                $$"""
                insert into durable.instances (id, run_id, execution_id, name, status, input, output, created_at, updated_at, completed_at)
                select md5(i::text), gen_random_uuid(), md5('execution' || i), 'Steps', 1, '20', '20', t, t, t
                from (select i, clock_timestamp() - i * interval '1 second' as t from generate_series({{from}}, {{to - 1}}) i) s;
                insert into durable.history (instance_id, seq, events)
                select md5(i::text), 2 * e, format(
                    '[{"type":%s,"at":"2026-01-01T00:00:00Z","id":%s,"data":"some bytes"},{"type":%s,"at":"2026-01-01T00:00:00Z","task":0}]',
                    (array[4, 1])[e + 1], e, (array[5, 13])[e + 1])
                from generate_series({{from}}, {{to - 1}}) i, generate_series(0, 1) e
                """);
            await hub.RunAsync("vacuum analyze durable.instances");
            await hub.RunAsync("vacuum analyze durable.history");
        }

        if (server.IsOwn)
        {
            // What the checkpoint of such a load writes is not a step's cost.
            await hub.RunAsync("checkpoint");
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
