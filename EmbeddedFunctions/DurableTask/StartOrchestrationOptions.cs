using System.Collections.ObjectModel;

namespace Microsoft.DurableTask;

/// <summary>How a new orchestration instance is started.</summary>
public record StartOrchestrationOptions
{
    /// <summary>Options with an instance id and a time to start at, both optional.</summary>
    public StartOrchestrationOptions(string? InstanceId = null, DateTimeOffset? StartAt = null)
    {
        this.InstanceId = InstanceId;
        this.StartAt = StartAt;
    }

    /// <summary>Copies options.</summary>
    public StartOrchestrationOptions(StartOrchestrationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        InstanceId = options.InstanceId;
        StartAt = options.StartAt;
        Tags = options.Tags;
        Version = options.Version;
        DedupeStatuses = options.DedupeStatuses;
    }

    /// <summary>The instance's id; <see langword="null"/> or empty for a generated one.</summary>
    public string? InstanceId { get; init; }

    /// <summary>When the instance starts; <see langword="null"/> or a time in the past for at once.</summary>
    public DateTimeOffset? StartAt { get; init; }

    /// <summary>Names and values kept with the instance and given back in its metadata.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The version of the orchestrator to start; <see langword="null"/> for the default one.</summary>
    public TaskVersion? Version { get; init; }

    /// <summary>
    /// Names of the runtime statuses in which an existing instance of the same id makes the start fail;
    /// <see langword="null"/> for the default, the ones that are not ended.
    /// </summary>
    public IReadOnlyList<string>? DedupeStatuses { get; init; }
}
