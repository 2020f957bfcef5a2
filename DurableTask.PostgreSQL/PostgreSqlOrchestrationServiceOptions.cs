namespace DurableTask.PostgreSQL;

/// <summary>Settings of a task hub on PostgreSQL and of the node that this process is.</summary>
public sealed class PostgreSqlOrchestrationServiceOptions
{
    /// <summary>Npgsql connection string of the database that holds the task hub. Required.</summary>
    public string ConnectionString { get; set; } = string.Empty;

    /// <summary>The PostgreSQL schema that holds the task hub's tables; 1 to 50 characters. Default is <c>durable</c>.</summary>
    public string TaskHub { get; set; } = "durable";

    /// <summary>Whether <c>StartAsync</c> creates or upgrades the schema. Default is <see langword="true"/>.</summary>
    public bool CreateSchema { get; set; } = true;

    /// <summary>Activities that run at once on this node, at least 1; more wait their turn. Default is 10 for each processor, at least 64.</summary>
    public int MaxConcurrentActivities { get; set; } = Math.Max(64, 10 * Environment.ProcessorCount);

    /// <summary>Orchestrations that this node holds in memory, at least 1; more wait in the database. Default is 2000.</summary>
    public int MaxLiveOrchestrations { get; set; } = 2000;

    /// <summary>Connections that this node opens at most, 4 to 100. Default is 8.</summary>
    public int MaxConnections { get; set; } = 8;

    /// <summary>The largest input, output, event or status accepted, in bytes of UTF-8, at least 1024. Default is 4 MiB.</summary>
    public int MaxPayloadBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>How often a node writes its heartbeat and looks for nodes that have stopped. Default is 1 s.</summary>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The silence after which a node counts as dead and its instances are adopted. Default is 6 s.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(6);

    /// <summary>
    /// The silence after which a node whose database session is gone counts as dead: long enough to reconnect after PostgreSQL was
    /// restarted. Default is 3 s.
    /// </summary>
    public TimeSpan ReconnectGrace { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long an orchestration waits for timers and events in memory before it is evicted. Default is 10 s.</summary>
    public TimeSpan ExtendedSessionIdleTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a node looks for work that a lost notification left behind. Default is 2 s.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a graceful stop waits for running activities. Default is 5 s.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How many nodes may die with an instance, without any progress of it in between, before it is set aside, at least 1. Default is 10.
    /// </summary>
    public int MaxDispatchCount { get; set; } = 10;
}
