using Npgsql;

namespace Endurance.Faults;

/// <summary>Node processes are killed with SIGKILL at random moments, one by one, also while they start.</summary>
internal sealed class KillScenario(int nodes, int kills) : Scenario($"kill{nodes}", $"{nodes} nodes, kill -9")
{
    private const double WhileStarting = 0.15;
    private const double StaysAway = 0.15;
    private const int LongestLife = 1_500; // milliseconds after a node is ready
    private const int LongestStart = 1_000;
    private const int LongestAbsence = 3_000;

    private int _left = kills;

    protected override int Nodes => nodes;

    protected override async Task DisturbAsync(Fleet fleet, NpgsqlDataSource database, Random random)
    {
        var seeds = Enumerable.Range(0, nodes).Select(_ => random.Next()).ToList();
        await Task.WhenAll(seeds.Select((seed, slot) => KillAgainAndAgainAsync(fleet, slot, new Random(seed))));
    }

    private async Task KillAgainAndAgainAsync(Fleet fleet, int slot, Random random)
    {
        var isReady = true;
        while (Interlocked.Decrement(ref _left) >= 0)
        {
            await Task.Delay(random.Next(isReady ? LongestLife : LongestStart));
            await fleet.KillAsync(slot, Faults);
            CountFault();
            if (random.NextDouble() < StaysAway)
            {
                await Task.Delay(random.Next(LongestAbsence));
            }

            fleet.Start(slot);
            isReady = random.NextDouble() >= WhileStarting && await fleet.BecomesReadyAsync(slot);
        }

        if (!isReady)
        {
            await fleet.BecomesReadyAsync(slot);
        }
    }
}
