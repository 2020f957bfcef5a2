namespace Microsoft.DurableTask.Client;

/// <summary>Where an orchestration instance stands.</summary>
public enum OrchestrationRuntimeStatus
{
    /// <summary>Started and not ended.</summary>
    Running,

    /// <summary>Ended with a result.</summary>
    Completed,

    /// <summary>Not used: a run that starts over stays <see cref="Running"/>.</summary>
    [Obsolete("No instance has this status.")]
    ContinuedAsNew,

    /// <summary>Ended with a failure.</summary>
    Failed,

    /// <summary>Not used.</summary>
    [Obsolete("No instance has this status.")]
    Canceled,

    /// <summary>Ended by a client.</summary>
    Terminated,

    /// <summary>Created and not started yet.</summary>
    Pending,

    /// <summary>Paused by a client.</summary>
    Suspended,
}
