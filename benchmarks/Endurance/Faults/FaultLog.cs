namespace Endurance.Faults;

/// <summary>A fault of a node.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="From">When it began.</param>
/// <param name="To">When its effects are over; the same as <paramref name="From"/> for a kill.</param>
internal sealed record Fault(string Node, DateTime From, DateTime To);

/// <summary>All faults of nodes: the only causes that a repeated execution may have.</summary>
internal sealed class FaultLog
{
    private readonly Lock _gate = new();
    private readonly List<Fault> _faults = [];

    public static DateTime Now => TimeProvider.System.GetUtcNow().UtcDateTime;

    public void Add(Fault fault)
    {
        lock (_gate)
        {
            _faults.Add(fault);
        }
    }

    /// <summary>Whether there was a fault, between two executions, of the node of either.</summary>
    public bool Explains(Execution first, Execution second)
    {
        lock (_gate)
        {
            return _faults.Exists(f => (f.Node == first.Node || f.Node == second.Node) && f.From <= second.At && f.To >= first.At);
        }
    }
}

/// <summary>One execution of an activity, as the activity recorded it.</summary>
internal sealed record Execution(string Instance, string Call, string Node, DateTime At);
