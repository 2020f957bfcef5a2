namespace DurableTask.Core;

/// <summary>Where an orchestration stood when an event of its history was written.</summary>
public enum OrchestrationStatus
{
    /// <summary>Started and not ended.</summary>
    Running,

    /// <summary>Ended with a result.</summary>
    Completed,

    /// <summary>Started over.</summary>
    ContinuedAsNew,

    /// <summary>Ended with a failure.</summary>
    Failed,

    /// <summary>Not used.</summary>
    Canceled,

    /// <summary>Ended by a client.</summary>
    Terminated,

    /// <summary>Created and not started yet.</summary>
    Pending,

    /// <summary>Paused by a client.</summary>
    Suspended,
}
