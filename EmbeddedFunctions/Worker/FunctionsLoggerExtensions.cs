using System.Collections.ObjectModel;

namespace Microsoft.Extensions.Logging;

/// <summary>Logs what functions measure.</summary>
public static class FunctionsLoggerExtensions
{
    private static readonly EventId MetricEvent = new(1, "LogMetric");

    /// <summary>Writes a metric, at level Information. The entry's state holds <c>Name</c>, <c>Value</c> and the properties.</summary>
    public static void LogMetric(this ILogger logger, string name, double value, IDictionary<string, object>? properties = null)
    {
        var state = new Dictionary<string, object>(properties ?? ReadOnlyDictionary<string, object>.Empty, StringComparer.Ordinal)
        {
            ["Name"] = name,
            ["Value"] = value,
        };
        logger?.Log(LogLevel.Information, MetricEvent, new ReadOnlyDictionary<string, object>(state), exception: null, static (metric, _) =>
            $"{metric["Name"]} = {metric["Value"]}");
    }
}
