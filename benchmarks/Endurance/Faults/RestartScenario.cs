using Endurance.Machine;
using Npgsql;

namespace Endurance.Faults;

/// <summary>
/// PostgreSQL is stopped and started again, by turns with a fast shutdown and with SIGKILL, for shorter and for longer than a lease.
/// Nothing runs twice because of it.
/// </summary>
internal sealed class RestartScenario(DatabaseServer server, int restarts) : Scenario("restart", "PostgreSQL stopped and killed")
{
    private static readonly TimeSpan[] Away = [TimeSpan.Zero, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(9)];

    protected override int Nodes => 2;

    protected override async Task DisturbAsync(Fleet fleet, NpgsqlDataSource database, Random random)
    {
        for (var i = 0; i < restarts; i++)
        {
            await Task.Delay(1_000 + random.Next(2_000));
            await server.RestartAsync(kill: i % 2 == 1, Away[i / 2 % Away.Length]);
            CountFault();
        }

        await Task.Delay(2_000);
    }
}
