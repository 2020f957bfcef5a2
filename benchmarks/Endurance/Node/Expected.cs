namespace Endurance.Node;

/// <summary>What the orchestrations of the trial return, computed without an engine.</summary>
internal static class Expected
{
    public const int SequenceSteps = 4;
    public const int Branches = 6;
    public const int RoundCount = 3;
    public const string FlakyCall = "flaky";

    /// <summary>All orchestrations that a trial starts.</summary>
    public static readonly string[] Kinds =
    [
        Orchestrations.Sequence,
        Orchestrations.FanOut,
        Orchestrations.Timer,
        Orchestrations.Event,
        Orchestrations.Parent,
        Orchestrations.Retry,
        Orchestrations.Rounds,
    ];

    /// <summary>The payload of the event that an instance waits for.</summary>
    public static long EventFor(long n) => n ^ 0x5A5A;

    public static object InputFor(string kind, long n) => kind == Orchestrations.Rounds ? new Round(RoundCount, n) : n;

    public static long OutputOf(string kind, long n) => kind switch
    {
        Orchestrations.Sequence => Mixing.Next(n, SequenceSteps),
        Orchestrations.FanOut => Enumerable.Range(0, Branches).Aggregate(0L, (sum, i) => unchecked(sum + Mixing.Next(n + i))),
        Orchestrations.Timer => Mixing.Next(n, 2),
        Orchestrations.Event => Mixing.Next(unchecked(Mixing.Next(n) + EventFor(n))),
        Orchestrations.Parent => unchecked(Mixing.Next(n, SequenceSteps) + Mixing.Next(n + 1, SequenceSteps)),
        Orchestrations.Retry => Mixing.Next(n, 2),
        Orchestrations.Rounds => Mixing.Next(n, RoundCount),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such orchestration."),
    };
}
