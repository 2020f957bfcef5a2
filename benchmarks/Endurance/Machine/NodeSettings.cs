namespace Endurance.Machine;

/// <summary>How a node process is set up; what is <see langword="null"/> stays at its default.</summary>
/// <param name="Database">Connection string of the shared database.</param>
/// <param name="LeaseSeconds">Silence after which another node adopts what it held.</param>
/// <param name="IdleSeconds">How long an idle extended session stays in memory.</param>
/// <param name="Activities">Activities at once.</param>
/// <param name="Orchestrations">Orchestrations in memory at once.</param>
internal sealed record NodeSettings(
    string Database,
    int? LeaseSeconds = null,
    int? IdleSeconds = null,
    int? Activities = null,
    int? Orchestrations = null);
