namespace Microsoft.DurableTask.Client;

/// <summary>Which instances a query gives, and how.</summary>
/// <param name="CreatedFrom">Created at this time or later.</param>
/// <param name="CreatedTo">Created at this time or earlier.</param>
/// <param name="Statuses">In one of these statuses; none given or an empty list for any.</param>
/// <param name="TaskHubNames">In one of these task hubs; none given for the client's own.</param>
/// <param name="InstanceIdPrefix">With an id that begins with this text, by case.</param>
/// <param name="PageSize">Rows a page.</param>
/// <param name="FetchInputsAndOutputs">Whether the rows carry inputs, outputs and custom statuses.</param>
/// <param name="ContinuationToken">Where to go on, from an earlier page.</param>
public record OrchestrationQuery(
    DateTimeOffset? CreatedFrom = null,
    DateTimeOffset? CreatedTo = null,
    IEnumerable<OrchestrationRuntimeStatus>? Statuses = null,
    IEnumerable<string>? TaskHubNames = null,
    string? InstanceIdPrefix = null,
    int PageSize = OrchestrationQuery.DefaultPageSize,
    bool FetchInputsAndOutputs = false,
    string? ContinuationToken = null)
{
    /// <summary>Rows a page when nothing is said.</summary>
    public const int DefaultPageSize = 100;
}
