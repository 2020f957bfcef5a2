using System.Globalization;
using System.Text;

namespace Atelier.Operations.Metrics;

/// <summary>Writes metrics in the text-based exposition format of Prometheus, version 0.0.4.</summary>
internal static class PrometheusText
{
    /// <summary>The format's content type.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>A metric's name: with its unit in words, and <c>_total</c> at a counter.</summary>
    public static string Name(string name, string? unit, MetricKind kind)
    {
        var text = new StringBuilder(Sanitize(name));
        var suffix = unit switch
        {
            "s" => "_seconds",
            "ms" => "_milliseconds",
            "By" => "_bytes",
            "1" or "%" => "_ratio",
            _ => null,
        };
        if (suffix is not null && !text.ToString().EndsWith(suffix, StringComparison.Ordinal))
            text.Append(suffix);
        if (kind == MetricKind.Counter && !text.ToString().EndsWith("_total", StringComparison.Ordinal))
            text.Append("_total");
        return text.ToString();
    }

    // Tags whose few values this service or a library defines. Others, such as the host of a request that a webhook causes, come from callers:
    // they would show one caller's data to others and fill the memory. Series that differ by those alone are counted together.
    private static readonly HashSet<string> KnownTags = new(StringComparer.Ordinal)
    {
        // This service and its engine.
        "status", "provider", "kind", "code", "outcome",
        // .NET.
        "gc.heap.generation", "cpu.mode", "error.type", "http.request.method", "http.response.status_code", "http.route", "http.connection.state",
        "network.protocol.version", "network.transport", "network.type", "aspnetcore.routing.match_status", "aspnetcore.routing.is_fallback",
        "aspnetcore.memory_pool.owner", "aspnetcore.diagnostics.exception.result",
        // Npgsql.
        "db.system.name", "db.client.connection.pool.name", "db.client.connection.state",
    };

    /// <summary>Labels without their braces, sorted by name; empty where there are none.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
            return "";
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((var name, var value) in tags)
        {
            if (value is not null && KnownTags.Contains(name))
                labels[Sanitize(name).Replace(':', '_')] = Escape(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
        }
        return string.Join(',', labels.Select(label => $"{label.Key}=\"{label.Value}\""));
    }

    /// <summary>The whole exposition, sorted by name.</summary>
    public static string Write(IEnumerable<MetricFamily> families)
    {
        var text = new StringBuilder();
        foreach (var family in families.OrderBy(family => family.Name, StringComparer.Ordinal))
            Write(text, family);
        return text.ToString();
    }

    private static void Write(StringBuilder text, MetricFamily family)
    {
        KeyValuePair<string, MetricSeries>[] all = [.. family.Series.OrderBy(series => series.Key, StringComparer.Ordinal)];
        if (all.Length == 0)
            return;
        var help = family.Help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        text.Append("# HELP ").Append(family.Name).Append(' ').Append(help).Append('\n');
        text.Append("# TYPE ").Append(family.Name).Append(' ').Append(family.Kind.ToString().ToLowerInvariant()).Append('\n');
        foreach ((var labels, var series) in all)
        {
            (var sum, var count, var buckets) = series.Read();
            if (family.Kind != MetricKind.Histogram)
            {
                Write(text, family.Name, labels, sum);
                continue;
            }

            var separator = labels.Length == 0 ? "" : ",";
            long below = 0;
            for (var i = 0; i < buckets.Length; i++)
            {
                below += buckets[i];
                Write(text, $"{family.Name}_bucket", $"{labels}{separator}le=\"{Number(family.Bounds[i])}\"", below);
            }
            Write(text, $"{family.Name}_bucket", $"{labels}{separator}le=\"+Inf\"", count);
            Write(text, $"{family.Name}_sum", labels, sum);
            Write(text, $"{family.Name}_count", labels, count);
        }
    }

    private static void Write(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
            text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Escape(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Sanitize(string name)
    {
        var text = string.Concat(name.Select(character => char.IsAsciiLetterOrDigit(character) || character is '_' or ':' ? character : '_'));
        return text.Length == 0 || char.IsAsciiDigit(text[0]) ? $"_{text}" : text;
    }
}
