namespace AiSimulator.Calls;

/// <summary>Calls begun for one part, and how they ended.</summary>
internal sealed record PartCount(int Calls = 0, int Ok = 0, int Failed = 0);

/// <summary>Calls under way now, and the most there ever were at once since the log was cleared.</summary>
internal sealed record Concurrency(int Now, int Peak);

/// <summary>The log in numbers. <paramref name="Campaigns"/>: campaign, then part, then operation.</summary>
internal sealed record CallStatistics(
    long Calls,
    int Running,
    int Peak,
    IReadOnlyDictionary<string, Concurrency> Operations,
    IReadOnlyDictionary<string, Dictionary<string, Dictionary<string, PartCount>>> Campaigns);
