using Microsoft.DurableTask;

namespace EmbeddedFunctions.Engine.Orchestration;

/// <summary>Something that happened to an instance and waits in memory to become part of its history.</summary>
internal abstract record InstanceMessage
{
    /// <summary>Its row in the inbox, removed with the commit that records it; 0 when it never stood there.</summary>
    public long InboxId { get; init; }

    /// <summary>Told once the message is durable (<see langword="true"/>), or was not taken because the instance is gone from this node.</summary>
    public TaskCompletionSource<bool>? Acknowledgement { get; init; }
}

/// <summary>An activity ran to its end. <paramref name="Run"/> tells results of an earlier run apart.</summary>
internal sealed record ActivityEnded(int Run, int TaskId, string? Data, TaskFailureDetails? Failure) : InstanceMessage;

internal sealed record TimerDue(int Run, int TaskId) : InstanceMessage;

internal sealed record ChildEnded(int TaskId, string? Data, string? Failure) : InstanceMessage;

internal sealed record EventArrived(string Name, string? Data) : InstanceMessage;

internal sealed record SuspendRequested(string? Reason) : InstanceMessage;

internal sealed record ResumeRequested(string? Reason) : InstanceMessage;

internal sealed record TerminateRequested(string? Output, bool Recursive) : InstanceMessage
{
    /// <summary>What the inbox keeps as the message's name when the children are meant too.</summary>
    public const string RecursiveName = "recursive";
}

internal sealed record PurgeRequested : InstanceMessage;

/// <summary>The instance has been idle: it may go.</summary>
internal sealed record EvictionProposed : InstanceMessage;

/// <summary>The node stops: another one goes on with it.</summary>
internal sealed record HandOverRequested : InstanceMessage;

/// <summary>Look again: the code left its thread, or something waits to be written.</summary>
internal sealed record Nudge : InstanceMessage;

/// <summary>Results have waited long enough for company: record them.</summary>
internal sealed record RecordNow : InstanceMessage;
