namespace DurableTask.PostgreSQL;

/// <summary>The work of a task hub at one moment.</summary>
/// <param name="Ready">Orchestrations that could run and that no node holds.</param>
/// <param name="Held">Orchestrations that nodes hold in memory.</param>
public sealed record TaskHubBacklog(long Ready, long Held);
