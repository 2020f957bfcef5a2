using Endurance.Machine;

namespace Endurance.Faults;

/// <summary>All fault scenarios, one after another.</summary>
internal sealed class FaultsRun(DatabaseServer server, CommandLine options, FaultCounts counts)
{
    /// <returns>Whether every guarantee held.</returns>
    public async Task<bool> RunAsync()
    {
        var seed = options.Number("seed", Random.Shared.Next());
        var kills = options.Number("kills", counts.Kills);
        Console.WriteLine($"Seed {seed} (it decides what is started, killed and when; how that falls together is the machine's)");
        var all = new List<Scenario>
        {
            new KillScenario(2, kills / 2),
            new KillScenario(3, kills - (kills / 2)),
            new CutScenario(options.Number("cuts", counts.Cuts)),
            new PauseScenario(options.Number("pauses", counts.Pauses)),
        };
        if (server.IsOwn)
        {
            all.Add(new RestartScenario(server, options.Number("restarts", counts.Restarts)));
        }

        var table = new Table(
            ["scenario", "faults", "accepted", "no response", "executions", "repeats", "median s", "longest s", "took s", "verdict"]);
        var breaches = new List<string>();
        foreach (var scenario in all.Where(s => options.Text("only") is not { } only || s.Key == only))
        {
            Console.WriteLine($"{scenario.Key} …");
            var result = await scenario.RunAsync(server, seed);
            table.Add(
                result.Title,
                result.Faults,
                result.Accepted,
                result.WithoutResponse,
                result.Executions,
                result.Repeats,
                result.Median.TotalSeconds.ToString("0.00"),
                result.Longest.TotalSeconds.ToString("0.0"),
                result.Took.TotalSeconds.ToString("0"),
                result.Breaches.Count == 0 ? "kept" : "BROKEN");
            breaches.AddRange(result.Breaches.Select(b => $"{result.Title}: {b}"));
            foreach (var breach in result.Breaches)
            {
                Console.WriteLine($"  {breach}");
            }
        }

        Console.WriteLine();
        Console.WriteLine(table);
        breaches.ForEach(Console.WriteLine);
        return breaches.Count == 0;
    }
}
