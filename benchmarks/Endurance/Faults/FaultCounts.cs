namespace Endurance.Faults;

/// <summary>How many faults of each kind a run makes.</summary>
internal sealed record FaultCounts(int Kills, int Cuts, int Pauses, int Restarts)
{
    public static readonly FaultCounts Full = new(Kills: 200, Cuts: 40, Pauses: 4, Restarts: 6);

    /// <summary>A run of less than a minute.</summary>
    public static readonly FaultCounts Short = new(Kills: 16, Cuts: 8, Pauses: 1, Restarts: 2);
}
