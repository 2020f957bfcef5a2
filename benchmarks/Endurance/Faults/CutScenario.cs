using Npgsql;

namespace Endurance.Faults;

/// <summary>Connections of the nodes are ended by the server, some or all at once. Nothing runs twice because of it.</summary>
internal sealed class CutScenario(int cuts) : Scenario("cut", "connections cut")
{
    protected override int Nodes => 2;

    protected override async Task DisturbAsync(Fleet fleet, NpgsqlDataSource database, Random random)
    {
        while (FaultCount < cuts)
        {
            await Task.Delay(100 + random.Next(500));
            await using var command = database.CreateCommand(
                """
                select count(pg_terminate_backend(pid)) from (
                    select pid from pg_stat_activity
                    where datname = current_database() and application_name like 'DurableTask.PostgreSQL%' order by random() limit $1) victims
                """);
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = random.Next(3) == 0 ? 100 : 1 + random.Next(4) });
            await command.ExecuteScalarAsync();
            CountFault();
        }
    }
}
