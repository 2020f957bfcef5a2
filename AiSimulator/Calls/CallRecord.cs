namespace AiSimulator.Calls;

/// <summary>One call in the log.</summary>
internal sealed record CallRecord
{
    /// <summary>Counts up from 1 since the simulator started.</summary>
    public required long Number { get; init; }

    public required DateTimeOffset Time { get; init; }

    public required string Provider { get; init; }

    public required string Operation { get; init; }

    public required string Campaign { get; init; }

    public required string Part { get; init; }

    /// <summary>How many calls with the same campaign, part and operation came before, plus one.</summary>
    public required int Attempt { get; init; }

    public string? Model { get; init; }

    /// <summary>The start of the prompt.</summary>
    public string? Prompt { get; init; }

    public required string RequestId { get; init; }

    /// <summary>
    /// <c>running</c>, <c>ok</c>, the name of the fault, <c>invalid</c>, <c>unauthorized</c>, <c>rate-limit</c>, <c>not-found</c> or
    /// <c>aborted</c> (the client went away).
    /// </summary>
    public string Outcome { get; init; } = "running";

    /// <summary>The HTTP status sent; null while running and where the connection was cut before one.</summary>
    public int? Status { get; init; }

    public double? DurationMs { get; init; }
}
