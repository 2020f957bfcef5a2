// Nothing is said about null here, as in the official type: code that was written against it compiles as it did.
#nullable disable

namespace DurableTask.Core;

/// <summary>The orchestration that started a sub-orchestration.</summary>
public class ParentInstance
{
#pragma warning disable CA1051, MA0069 // Fields officially.
    /// <summary>The parent orchestrator's name.</summary>
    public string Name;

    /// <summary>The parent's run.</summary>
    public OrchestrationInstance OrchestrationInstance;

    /// <summary>The call's number in the parent.</summary>
    public int TaskScheduleId;

    /// <summary>The parent's version.</summary>
    public string Version;
#pragma warning restore CA1051, MA0069
}
