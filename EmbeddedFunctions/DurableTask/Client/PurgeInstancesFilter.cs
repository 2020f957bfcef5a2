namespace Microsoft.DurableTask.Client;

/// <summary>Which instances are purged.</summary>
/// <param name="CreatedFrom">Created at this time or later.</param>
/// <param name="CreatedTo">Created at this time or earlier.</param>
/// <param name="Statuses">In one of these statuses.</param>
public record PurgeInstancesFilter(
    DateTimeOffset? CreatedFrom = null,
    DateTimeOffset? CreatedTo = null,
    IEnumerable<OrchestrationRuntimeStatus>? Statuses = null)
{
    /// <summary>How long one call may purge; what is left then waits for another call. <see langword="null"/> for no limit.</summary>
    public TimeSpan? Timeout { get; init; }
}
