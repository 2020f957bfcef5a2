namespace Endurance.Node;

/// <summary>What the orchestrations of the trial return, worked out without an engine.</summary>
internal static class Expected
{
    public const int SequenceSteps = 4;
    public const int Branches = 6;
    public const int RoundCount = 3;
    public const string FlakyCall = "flaky";

    /// <summary>All orchestrations that a trial starts.</summary>
    public static readonly string[] Kinds =
    [
        nameof(Orchestrations.Sequence),
        nameof(Orchestrations.FanOut),
        nameof(Orchestrations.Timer),
        nameof(Orchestrations.Event),
        nameof(Orchestrations.Parent),
        nameof(Orchestrations.Retry),
        nameof(Orchestrations.Rounds),
    ];

    /// <summary>What is told to an instance that waits for an event.</summary>
    public static long EventFor(long n) => n ^ 0x5A5A;

    public static object InputFor(string kind, long n) => kind == nameof(Orchestrations.Rounds) ? new Round(RoundCount, n) : n;

    public static long OutputOf(string kind, long n) => kind switch
    {
        nameof(Orchestrations.Sequence) => Mixing.Next(n, SequenceSteps),
        nameof(Orchestrations.FanOut) => Enumerable.Range(0, Branches).Aggregate(0L, (sum, i) => unchecked(sum + Mixing.Next(n + i))),
        nameof(Orchestrations.Timer) => Mixing.Next(n, 2),
        nameof(Orchestrations.Event) => Mixing.Next(unchecked(Mixing.Next(n) + EventFor(n))),
        nameof(Orchestrations.Parent) => unchecked(Mixing.Next(n, SequenceSteps) + Mixing.Next(n + 1, SequenceSteps)),
        nameof(Orchestrations.Retry) => Mixing.Next(n, 2),
        nameof(Orchestrations.Rounds) => Mixing.Next(n, RoundCount),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such orchestration."),
    };
}
