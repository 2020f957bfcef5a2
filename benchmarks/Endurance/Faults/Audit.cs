using Endurance.Node;
using Npgsql;

namespace Endurance.Faults;

/// <summary>Reads the outcome of a scenario's instances from the database, and lists the broken guarantees.</summary>
internal sealed class Audit(NpgsqlDataSource database, IReadOnlyCollection<Asked> asked, FaultLog faults)
{
    private const int Shown = 5;

    // EventType of the framework.
    private const string Ends = "1"; // ExecutionCompleted, for an end of any kind
    private const string Results = "5, 6, 8, 9, 11"; // TaskCompleted, TaskFailed, SubOrchestrationInstanceCompleted and -Failed, TimerFired
    private const string ActivityResults = "5, 6";
    private const string Actions = "4, 7, 10"; // TaskScheduled, SubOrchestrationInstanceCreated, TimerCreated
    private const string EndOfEpisode = "13"; // OrchestratorCompleted

    /// <summary>One line for each kind of breach, with some of the instances.</summary>
    public List<string> Breaches { get; } = [];

    public int Executions { get; private set; }

    /// <summary>Executions that repeat an earlier one.</summary>
    public int Repeats { get; private set; }

    /// <summary>How long instances took from their start to their end: the median and the longest.</summary>
    public (TimeSpan Median, TimeSpan Longest) Durations { get; private set; }

    public async Task RunAsync()
    {
        await CheckOutcomesAsync();
        await ListAsync("have not ended", "select id from durable.instances where status not in (1, 3, 4, 5)");
        await ListAsync("ended other than completed", "select id from durable.instances where status in (3, 4, 5)");
        await ListAsync("ended and are still held by a node", "select id from durable.instances where status in (1, 3, 4, 5) and owner is not null");
        await ListAsync(
            "have a gap in their history",
            "select instance_id from durable.history_events group by instance_id having min(seq) <> 0 or max(seq) <> count(*) - 1");
        await ListAsync(
            "did not end exactly once in their history, as its last event",
            $"""
            select i.id from durable.instances i
            left join (
                select instance_id, count(*) filter (where type in ({Ends})) as ends, max(seq) filter (where type in ({Ends})) as at,
                    max(seq) filter (where type not in ({EndOfEpisode})) as last
                from durable.history_events group by instance_id) h on h.instance_id = i.id
            where i.status in (1, 3, 4, 5) and (h.ends is distinct from 1 or h.at <> h.last)
            """);
        await ListAsync(
            "have a result on record twice, or without its action before it",
            $"""
            with events as materialized (select * from durable.history_events)
            select instance_id from events where type in ({Results}) group by instance_id, task_id having count(*) > 1
            union
            select r.instance_id from events r where r.type in ({Results}) and not exists (
                select 1 from events a
                where a.instance_id = r.instance_id and a.event_id = r.task_id and a.seq < r.seq and a.type in ({Actions}))
            """);
        await ListAsync(
            "have histories and no row",
            "select distinct instance_id from durable.history h where not exists (select 1 from durable.instances i where i.id = h.instance_id)");
        await CheckExecutionsAsync();
        await MeasureDurationsAsync();
    }

    private async Task CheckOutcomesAsync()
    {
        var outputs = new Dictionary<string, string?>(StringComparer.Ordinal);
        await using (var command = database.CreateCommand("select id, output from durable.instances where parent_id is null"))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                outputs[reader.GetString(0)] = await reader.IsDBNullAsync(1) ? null : reader.GetString(1);
            }
        }

        Say("were accepted and are gone", asked.Where(a => a.Accepted && !outputs.ContainsKey(a.Id)).Select(a => a.Id));
        Say("have the wrong output", asked
            .Where(a => outputs.TryGetValue(a.Id, out var output) && output != Expected.OutputOf(a.Kind, a.N).ToString())
            .Select(a => $"{a.Id} ({a.Kind}, {(a.Accepted ? "accepted" : "no response")}: {outputs[a.Id] ?? "none"}, not {Expected.OutputOf(a.Kind, a.N)})"));
        Say("were never asked for", outputs.Keys.Except(asked.Select(a => a.Id), StringComparer.Ordinal));
    }

    private async Task CheckExecutionsAsync()
    {
        var executions = new List<Execution>();
        await using (var command = database.CreateCommand("select instance, call, node, at from executions order by instance, call, at"))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                executions.Add(new Execution(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetDateTime(3)));
            }
        }

        Executions = executions.Count;
        var unexplained = new List<string>();
        foreach (var call in executions.GroupBy(e => (e.Instance, e.Call)))
        {
            var wanted = call.Key.Call == Expected.FlakyCall ? Activities.FlakyExecutions : 1;
            var all = call.ToList();
            var repeats = Math.Max(0, all.Count - wanted);
            var causes = Enumerable.Range(1, all.Count - 1).Count(i => faults.Explains(all[i - 1], all[i]));
            Repeats += repeats;
            if (repeats > causes)
            {
                unexplained.Add($"{call.Key.Instance}/{call.Key.Call} ({string.Join(", ", all.Select(e => $"{e.Node} {e.At:HH:mm:ss.fff}"))})");
            }
        }

        Say("ran an activity again without a cause", unexplained);
        await CheckEveryCallRanAsync(executions);
    }

    /// <summary>A result that no execution returned would be as wrong as a duplicate one.</summary>
    private async Task CheckEveryCallRanAsync(List<Execution> executions)
    {
        var ran = executions.Select(e => e.Instance).ToHashSet(StringComparer.Ordinal);
        var ended = new List<string>();
        await using var command = database.CreateCommand(
            $"select distinct instance_id from durable.history_events where type in ({ActivityResults})");
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            ended.Add(reader.GetString(0));
        }

        Say("have results of activities that never ran", ended.Where(id => !ran.Contains(id)));
    }

    private async Task MeasureDurationsAsync()
    {
        await using var command = database.CreateCommand(
            """
            select coalesce(percentile_cont(0.5) within group (order by extract(epoch from completed_at - created_at)), 0)::float8,
                coalesce(max(extract(epoch from completed_at - created_at)), 0)::float8
            from durable.instances where completed_at is not null
            """);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        Durations = (TimeSpan.FromSeconds(reader.GetDouble(0)), TimeSpan.FromSeconds(reader.GetDouble(1)));
    }

    private async Task ListAsync(string what, string query)
    {
        await using var command = database.CreateCommand(query);
        await using var reader = await command.ExecuteReaderAsync();
        var ids = new List<string>();
        while (await reader.ReadAsync())
        {
            ids.Add(reader.GetString(0));
        }

        Say(what, ids);
    }

    private void Say(string what, IEnumerable<string> which)
    {
        var all = which.ToList();
        if (all.Count > 0)
        {
            Breaches.Add($"{all.Count} {what}: {string.Join(", ", all.Take(Shown))}{(all.Count > Shown ? ", …" : string.Empty)}");
        }
    }
}
