// Nothing is said about null here, as in the official type: code that was written against it compiles as it did.
#nullable disable

namespace DurableTask.Core;

/// <summary>One run of an orchestration instance.</summary>
public class OrchestrationInstance
{
    /// <summary>The instance's id.</summary>
    public string InstanceId { get; set; }

    /// <summary>The run's id; each run of an instance that starts over has its own.</summary>
    public string ExecutionId { get; set; }
}
