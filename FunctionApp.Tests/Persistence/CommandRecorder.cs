using System.Data.Common;
using System.Text.Json.Nodes;
using Atelier.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace FunctionApp.Tests.Persistence;

/// <summary>Keeps the commands that a context sends.</summary>
internal sealed class CommandRecorder : DbCommandInterceptor
{
    public List<RecordedCommand> Commands { get; } = [];

    public AtelierDbContext NewContext(NpgsqlDataSource dataSource)
    {
        var options = new DbContextOptionsBuilder<AtelierDbContext>();
        options.UseAtelier(dataSource).AddInterceptors(this);
        return new AtelierDbContext(options.Options);
    }

    public void Add(DbCommand command) => Commands.Add(new RecordedCommand(
        command.CommandText, [.. command.Parameters.Cast<NpgsqlParameter>().Select(parameter => parameter.Clone())]));

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Add(command);
        return ValueTask.FromResult(result);
    }
}

/// <summary>A command with the parameters that it was sent with.</summary>
internal sealed record RecordedCommand(string Sql, IReadOnlyList<NpgsqlParameter> Parameters)
{
    /// <summary>The plan of the command as PostgreSQL makes it for these parameters.</summary>
    public async Task<JsonNode> ExplainAsync(NpgsqlDataSource dataSource, bool analyze)
    {
        await using var command = dataSource.CreateCommand(
            $"EXPLAIN (FORMAT JSON{(analyze ? ", ANALYZE, BUFFERS, TIMING OFF" : "")}) {Sql}");
        foreach (var parameter in Parameters)
            command.Parameters.Add(parameter.Clone());
        return JsonNode.Parse((string)(await command.ExecuteScalarAsync())!)![0]!["Plan"]!;
    }
}

/// <summary>Reads PostgreSQL's plans.</summary>
internal static class PlanReader
{
    /// <summary>Whether any step of the plan reads a table from end to end.</summary>
    public static bool Scans(JsonNode plan) =>
        (string)plan["Node Type"]! == "Seq Scan" || (plan["Plans"]?.AsArray() ?? []).Any(step => Scans(step!));

    /// <summary>How many blocks the whole plan has read, from the cache or not.</summary>
    public static long Buffers(JsonNode plan) => (long)plan["Shared Hit Blocks"]! + (long)plan["Shared Read Blocks"]!;
}
