using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using FunctionApp.Tests.Hosting;
using Npgsql;

namespace FunctionApp.Tests.Persistence;

/// <summary>The plans that PostgreSQL really used in a database, for statements of all clients, triggers and functions.</summary>
/// <remarks>https://www.postgresql.org/docs/18/auto-explain.html</remarks>
internal sealed class PlanLog
{
    // The engine's tables in the same database are not the app's, and a table of one row (campaign_event_origin) needs no index.
    private static readonly HashSet<string> Tables =
    [
        "acknowledgements", "api_keys", "caller_days", "caller_rates", "campaign_attempts", "campaign_erasures", "campaign_events",
        "campaign_images", "campaign_words", "campaigns", "dead_letters", "share_reports", "webhook_deliveries", "webhooks",
    ];

    private readonly HashSet<string> _partialIndexes;
    private readonly long _start;

    private PlanLog(HashSet<string> partialIndexes, long start) => (_partialIndexes, _start) = (partialIndexes, start);

    private static string Path => System.IO.Path.Combine(LocalServicesFixture.DataDirectory, "logs", "postgres.log");

    /// <summary>Logs the plan of every statement in sessions that begin from now on.</summary>
    public static async Task<PlanLog> BeginAsync(NpgsqlDataSource dataSource)
    {
        var name = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString).Database!;
        await using var settings = dataSource.CreateCommand(
            $"""
            ALTER DATABASE {name} SET session_preload_libraries = 'auto_explain';
            ALTER DATABASE {name} SET auto_explain.log_min_duration = 0;
            ALTER DATABASE {name} SET auto_explain.log_nested_statements = on;
            ALTER DATABASE {name} SET auto_explain.log_analyze = on;
            ALTER DATABASE {name} SET auto_explain.log_timing = off;
            ALTER DATABASE {name} SET auto_explain.log_format = 'json';
            """);
        await settings.ExecuteNonQueryAsync();
        dataSource.Clear();
        var partial = new HashSet<string>(StringComparer.Ordinal);
        await using var indexes = dataSource.CreateCommand("SELECT indexrelid::regclass::text FROM pg_index WHERE indpred IS NOT NULL");
        await using var row = await indexes.ExecuteReaderAsync();
        while (await row.ReadAsync())
            partial.Add(row.GetString(0));
        return new PlanLog(partial, new FileInfo(Path).Length);
    }

    /// <summary>All plans so far that touch one of the app's tables.</summary>
    public async Task<List<UsedPlan>> ReadAsync()
    {
        await using var file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Seek(_start, SeekOrigin.Begin);
        using var reader = new StreamReader(file);
        var plans = new List<UsedPlan>();
        StringBuilder? json = null;
        while (await reader.ReadLineAsync() is { } line)
        {
            // An entry's further lines begin with a tab.
            if (json is not null && line.StartsWith('\t'))
            {
                json.AppendLine(line);
                continue;
            }
            Add(json, plans);
            json = line.EndsWith(" plan:", StringComparison.Ordinal) ? new StringBuilder() : null;
        }
        Add(json, plans);
        return plans;
    }

    private void Add(StringBuilder? json, List<UsedPlan> plans)
    {
        if (json is null)
            return;
        var entry = JsonNode.Parse(json.ToString())!;
        var steps = new List<Step>();
        Collect(entry["Plan"]!, relation: null, underLimit: false, steps);
        string[] tables = [.. steps.Select(step => step.Relation).OfType<string>().Where(Tables.Contains).Distinct()];
        if (tables.Length > 0)
        {
            var sql = (string)entry["Query Text"]!;
            string[] faults = [.. steps.Select(FaultOf).OfType<string>()];
            plans.Add(new UsedPlan(sql, tables, faults, entry["Plan"]!));
        }
    }

    private static void Collect(JsonNode node, string? relation, bool underLimit, List<Step> steps)
    {
        var type = (string)node["Node Type"]!;
        // A bitmap's index names no table: it is the one of the step above.
        relation = (string?)node["Relation Name"] ?? (type.StartsWith("Bitmap", StringComparison.Ordinal) ? relation : null);
        steps.Add(new Step(type, relation, (string?)node["Index Name"], node, underLimit));
        foreach (var child in node["Plans"]?.AsArray() ?? [])
            Collect(child!, relation, underLimit || type == "Limit", steps);
    }

    // Reading an index from end to end is no better than reading the table, but for one that holds only what is asked for, or the
    // first few of its rows.
    private string? FaultOf(Step step)
    {
        if (step.Relation is null || !Tables.Contains(step.Relation))
            return null;
        if (step.Type == "Seq Scan")
            return $"{step.Relation} is read from end to end";
        var isIndex = step.Type is "Index Scan" or "Index Only Scan" or "Bitmap Index Scan";
        if (isIndex && step.Node["Index Cond"] is null && !step.UnderLimit && !_partialIndexes.Contains(step.Index!))
            return $"{step.Index} is read from end to end";
        var loops = Number(step.Node, "Actual Loops");
        var removed = Number(step.Node, "Rows Removed by Filter") * loops;
        return removed > UsedPlan.MaxRowsForNothing ? $"{removed} rows of {step.Relation} are read for nothing" : null;
    }

    private static double Number(JsonNode node, string name) =>
        node[name] is { } value ? double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture) : 0;

    private sealed record Step(string Type, string? Relation, string? Index, JsonNode Node, bool UnderLimit);
}

/// <summary>A plan as it was used.</summary>
/// <param name="Sql">The statement.</param>
/// <param name="Tables">The app's tables that it reads or writes.</param>
/// <param name="Faults">Steps whose cost grows with the tables; empty where there are none.</param>
/// <param name="Plan">The whole plan.</param>
internal sealed record UsedPlan(string Sql, IReadOnlyList<string> Tables, IReadOnlyList<string> Faults, JsonNode Plan)
{
    /// <summary>A step that reads and discards more rows than this lacks an index.</summary>
    public const int MaxRowsForNothing = 1000;
}
