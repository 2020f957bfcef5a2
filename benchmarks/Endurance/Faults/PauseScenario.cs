using Endurance.Machine;
using Npgsql;

namespace Endurance.Faults;

/// <summary>
/// A node is stopped by SIGSTOP for longer than its lease, in the middle of its work, and continued after the other node has done that
/// work. It must write nothing of what it had under way, and must join again under a new number.
/// </summary>
internal sealed class PauseScenario(int pauses) : Scenario("pause", "SIGSTOP past the lease")
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan TimeToDoHarm = TimeSpan.FromSeconds(3);

    protected override int Nodes => 2;

    protected override int? LeaseSeconds => 2;

    protected override async Task DisturbAsync(Fleet fleet, NpgsqlDataSource database, Random random)
    {
        while (FaultCount < pauses)
        {
            await Task.Delay(800 + random.Next(1_200));
            if (await PauseAsync(fleet, random.Next(Nodes), database))
            {
                CountFault();
            }
        }

        await Task.Delay(1_000);
    }

    /// <returns>Whether the node held instances, without which the pause would test nothing.</returns>
    private async Task<bool> PauseAsync(Fleet fleet, int slot, NpgsqlDataSource database)
    {
        var node = fleet.At(slot);
        var number = await NumberAsync(database, node.ProcessId)
            ?? throw new EnduranceException($"Node {node.Name} is not registered.");
        var from = FaultLog.Now;
        node.Signal(Signals.Stop);
        fleet.Avoid(slot);
        var held = await HeldByAsync(database, number);
        string before;
        try
        {
            await Until.TrueAsync(async () => await NumberAsync(database, node.ProcessId) is null, Limit, $"node {node.Name} to be declared dead");
            await Until.TrueAsync(() => HaveEndedAsync(database, held), Limit, $"the instances of node {node.Name} to end elsewhere");
            before = await DigestAsync(database, held);
        }
        finally
        {
            node.Signal(Signals.Continue);
        }

        await Until.TrueAsync(
            async () => await NumberAsync(database, node.ProcessId) > number,
            Limit,
            $"node {node.Name} to join again");
        fleet.Use(slot);
        await Task.Delay(TimeToDoHarm);
        Faults.Add(new Fault(node.Name, from, FaultLog.Now));
        if (await DigestAsync(database, held) != before)
        {
            OwnBreaches.Add($"node {node.Name}, declared dead and continued, changed instances that had ended elsewhere");
        }

        return held.Length > 0;
    }

    private static async Task<long?> NumberAsync(NpgsqlDataSource database, int processId)
    {
        await using var command = database.CreateCommand("select max(id) from durable.nodes where process_id = $1");
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = processId });
        return await command.ExecuteScalarAsync() as long?;
    }

    private static async Task<string[]> HeldByAsync(NpgsqlDataSource database, long node)
    {
        await using var command = database.CreateCommand("select coalesce(array_agg(id), '{}') from durable.instances where owner = $1");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = node });
        return (string[])(await command.ExecuteScalarAsync())!;
    }

    private static async Task<bool> HaveEndedAsync(NpgsqlDataSource database, string[] ids)
    {
        await using var command = database.CreateCommand(
            "select not exists (select 1 from durable.instances where id = any($1) and status not in (1, 3, 4, 5))");
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = ids });
        return await command.ExecuteScalarAsync() is true;
    }

    private static async Task<string> DigestAsync(NpgsqlDataSource database, string[] ids)
    {
        await using var command = database.CreateCommand(
            """
            select md5(coalesce((select string_agg(h::text, E'\n' order by instance_id, seq) from durable.history h where instance_id = any($1)), ''))
                || md5(coalesce((select string_agg(i::text, E'\n' order by id) from durable.instances i where id = any($1)), ''))
            """);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = ids });
        return (string)(await command.ExecuteScalarAsync())!;
    }
}
