using AiSimulator.Faults;

namespace AiSimulator.Jobs;

/// <summary>How far an asynchronous job is.</summary>
internal enum JobState
{
    Starting,
    Processing,
    Succeeded,
    Failed,
    Canceled,
}

/// <summary>An image being made behind an asynchronous provider. Every change makes a new record; the store keeps the latest.</summary>
internal sealed record Job
{
    public required string Id { get; init; }

    public required string Provider { get; init; }

    public required string Campaign { get; init; }

    public required string Part { get; init; }

    /// <summary>As it came, with its directives: they apply to the job's later calls, too.</summary>
    public required string Prompt { get; init; }

    public required string? Model { get; init; }

    /// <summary>What to paint.</summary>
    public required Painting.PictureOrder Order { get; init; }

    /// <summary>How many pictures.</summary>
    public required int Count { get; init; }

    /// <summary>The address that clients reach the simulator at.</summary>
    public required string BaseUrl { get; init; }

    /// <summary>The time the work takes.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The request's input, given back as it came.</summary>
    public object? Input { get; init; }

    public string? Webhook { get; init; }

    /// <summary>The events that the client asked for; null is all of them.</summary>
    public IReadOnlyList<string>? WebhookEvents { get; init; }

    /// <summary>Whether responses carry the picture itself instead of its address.</summary>
    public bool IsInline { get; init; }

    public Fault? Fault { get; init; }

    public JobState State { get; init; }

    public string? Error { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public bool IsEnded => State >= JobState.Succeeded;
}
