using EmbeddedFunctions.Engine.Orchestration;

namespace EmbeddedFunctions.Engine;

/// <summary>What the durable engine is told at its start.</summary>
internal sealed record EngineOptions
{
    /// <summary>Npgsql connection string of the database that holds the task hub.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>The PostgreSQL schema of the task hub. Default is <c>durable</c>.</summary>
    public string Schema { get; init; } = "durable";

    /// <summary>Activities that run at once on this node; more wait their turn. Default is 10 for each processor, at least 64.</summary>
    public int MaxConcurrentActivities { get; init; } = Math.Max(64, 10 * Environment.ProcessorCount);

    /// <summary>Orchestrations that this node holds in memory; more wait in the database. Default is 2000.</summary>
    public int MaxLiveOrchestrations { get; init; } = 2000;

    /// <summary>Version given to orchestrations that are started without one. Default is none.</summary>
    public string DefaultVersion { get; init; } = string.Empty;

    /// <summary>Which versions of orchestrations this node takes. Default is its own and older ones; without a version of its own, all.</summary>
    public VersionMatch VersionMatch { get; init; } = VersionMatch.CurrentOrOlder;

    /// <summary>What becomes of orchestrations of other versions. Default is that they wait for a node that takes them.</summary>
    public VersionFailure VersionFailure { get; init; } = VersionFailure.Reject;

    /// <summary>The largest input, output, event or status accepted, in bytes of UTF-8. Default is 4 MiB.</summary>
    public int MaxPayloadBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>How often a node says that it lives, and looks for nodes that do not. Default is 1 s.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Silence after which a node counts as dead and what it held is adopted. Default is 6 s.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>
    /// Silence after which a node whose database session is gone counts as dead: long enough to reconnect after PostgreSQL was
    /// restarted. Default is 3 s.
    /// </summary>
    public TimeSpan ReconnectGrace { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long an orchestration waits for timers and events in memory before it is evicted. Default is 10 s.</summary>
    public TimeSpan IdleBeforeEviction { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The sweep that finds what a lost notification left behind. Default is 2 s.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a graceful stop waits for running activities. Default is 5 s.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
