using AiSimulator.Calls;

namespace AiSimulator.Faults;

/// <summary>A fault asked for at the admin endpoint: for which calls, how many of them, what.</summary>
internal sealed record FaultRule(long Id, Fault Fault)
{
    public string? Provider { get; init; }

    /// <summary>Which operation; null is texts and images.</summary>
    public string? Operation { get; init; }

    public string? Campaign { get; init; }

    public string? Part { get; init; }

    /// <summary>The share of matching calls that it strikes, 0 to 1.</summary>
    public double Share { get; init; } = 1;

    /// <summary>How many calls it still strikes; null is no end.</summary>
    public int? Remaining { get; init; }

    public int Struck { get; init; }

    public bool Matches(CallRecord call) =>
        (Provider is null || Provider == call.Provider)
        && (Operation is null ? call.Operation is Operations.Text or Operations.Image : Operation == call.Operation)
        && (Campaign is null || Campaign == call.Campaign)
        && (Part is null || Part == call.Part);
}
