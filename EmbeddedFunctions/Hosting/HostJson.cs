using Microsoft.Extensions.Logging;

namespace EmbeddedFunctions;

/// <summary>What host.json says, as far as this host follows it.</summary>
internal sealed record HostJson
{
    /// <summary><c>extensions.durableTask</c>.</summary>
    public DurableTaskSettings DurableTask { get; init; } = new();

    /// <summary><c>extensions.http.routePrefix</c>: what comes before every route, without slashes around it. Default is <c>api</c>.</summary>
    public string RoutePrefix { get; init; } = "api";

    /// <summary><c>functionTimeout</c>: how long an HTTP, activity or timer function may run; <see langword="null"/> for as long as it likes.</summary>
    public TimeSpan? FunctionTimeout { get; init; }

    /// <summary><c>logging.logLevel</c>: the least level that is written, by the beginning of the category.</summary>
    public IReadOnlyDictionary<string, LogLevel> LogLevels { get; init; } = new Dictionary<string, LogLevel>();
}

/// <summary>What host.json says of durable functions.</summary>
internal sealed record DurableTaskSettings
{
    /// <summary>The task hub's name; <see langword="null"/> for the default one.</summary>
    public string? HubName { get; init; }

    /// <summary>Activities that run at once on a node; at least 1.</summary>
    public int? MaxConcurrentActivityFunctions { get; init; }

    /// <summary>Orchestrations that a node holds in memory; at least 1.</summary>
    public int? MaxConcurrentOrchestratorFunctions { get; init; }

    /// <summary>The version of orchestrations that are started without one.</summary>
    public string? DefaultVersion { get; init; }

    /// <summary>Which versions a worker takes: <c>None</c>, <c>Strict</c> or <c>CurrentOrOlder</c>.</summary>
    public string? VersionMatchStrategy { get; init; }

    /// <summary>What becomes of an orchestration whose version is not taken: <c>Reject</c> or <c>Fail</c>.</summary>
    public string? VersionFailureStrategy { get; init; }
}
