using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.PostgreSQL.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using CoreQuery = DurableTask.Core.Query.OrchestrationQuery;
using OrchestrationQuery = Microsoft.DurableTask.Client.OrchestrationQuery;
using PurgeResult = Microsoft.DurableTask.Client.PurgeResult;

namespace DurableTask.PostgreSQL.Client;

/// <content>What the client reads and deletes.</content>
public sealed partial class PostgreSqlDurableTaskClient
{
    private const int MaxPageSize = 10_000;

    /// <inheritdoc/>
    public override async Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return await _service.FindAsync(instanceId, cancellation) is { } instance ? MetadataOf(instance.ToState(), getInputsAndOutputs) : null;
    }

    /// <inheritdoc/>
    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null) =>
        Pageable.Create<OrchestrationMetadata>(async (continuation, sizeHint, cancellation) =>
        {
            var query = filter ?? new OrchestrationQuery();
            var result = await _service.GetOrchestrationWithQueryAsync(
                new CoreQuery
                {
                    CreatedTimeFrom = query.CreatedFrom?.UtcDateTime,
                    CreatedTimeTo = query.CreatedTo?.UtcDateTime,
                    RuntimeStatus = query.Statuses?.Select(s => (OrchestrationStatus)(int)s).ToList(),
                    InstanceIdPrefix = query.InstanceIdPrefix,
                    ContinuationToken = continuation ?? query.ContinuationToken,
                    PageSize = sizeHint ?? query.PageSize,
                    FetchInputsAndOutputs = query.FetchInputsAndOutputs,
                },
                cancellation);
            return new Page<OrchestrationMetadata>(
                [.. result.OrchestrationState.Select(s => MetadataOf(s, query.FetchInputsAndOutputs))], result.ContinuationToken);
        });

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is no such instance.</exception>
    public override async Task<IList<HistoryEvent>> GetOrchestrationHistoryAsync(string instanceId, CancellationToken cancellation = default) =>
        await _service.GetHistoryAsync(instanceId, cancellation)
        ?? throw new ArgumentException($"An orchestration with the instanceId {instanceId} was not found.", nameof(instanceId));

    /// <inheritdoc/>
    public override async Task<Page<string>> ListInstanceIdsAsync(
        IEnumerable<OrchestrationRuntimeStatus>? runtimeStatus = null,
        DateTimeOffset? completedTimeFrom = null,
        DateTimeOffset? completedTimeTo = null,
        int pageSize = OrchestrationQuery.DefaultPageSize,
        string? lastInstanceKey = null,
        CancellationToken cancellation = default)
    {
        var filter = new InstanceFilter(
            completedTimeFrom?.UtcDateTime,
            completedTimeTo?.UtcDateTime,
            runtimeStatus?.Select(s => (OrchestrationStatus)(int)s).ToList());
        var size = Math.Clamp(pageSize, 1, MaxPageSize);
        var ids = await _service.ListEndedAsync(filter, lastInstanceKey, size + 1, cancellation);
        return new Page<string>([.. ids.Take(size)], ids.Count > size ? ids[size - 1] : null);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The instance has not ended.</exception>
    public override async Task<PurgeResult> PurgeInstanceAsync(
        string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        if (await _service.FindAsync(instanceId, cancellation) is not { } instance)
        {
            return new PurgeResult(0);
        }

        if (!instance.IsEnded)
        {
            throw new InvalidOperationException(
                "Only orchestrations in a terminal state can be purged, but the orchestration with instance ID "
                + $"{instanceId} has status {(OrchestrationRuntimeStatus)(int)instance.Status}");
        }

        IEnumerable<string> children = options?.Recursive ?? false ? await _service.DescendantsAsync(instanceId, cancellation) : [];
        return new PurgeResult(await _service.PurgeAsync([instanceId, .. children], cancellation));
    }

    /// <inheritdoc/>
    public override async Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var statuses = filter.Statuses?.Select(s => (OrchestrationStatus)(int)s).ToList();
        if (options?.Recursive ?? false)
        {
            return await PurgeWithChildrenAsync(filter, cancellation);
        }

        var result = await _service.PurgeInstanceStateAsync(
            new PurgeInstanceFilter(filter.CreatedFrom?.UtcDateTime ?? default, filter.CreatedTo?.UtcDateTime, statuses) { Timeout = filter.Timeout });
        return new PurgeResult(result.DeletedInstanceCount, result.IsComplete);
    }

    /// <summary>Purges one by one, since an instance's children may be ended or not and lie inside the filter or outside of it.</summary>
    private async Task<PurgeResult> PurgeWithChildrenAsync(PurgeInstancesFilter filter, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        var total = 0;
        var query = new OrchestrationQuery(filter.CreatedFrom, filter.CreatedTo, filter.Statuses);
        await foreach (var instance in GetAllInstancesAsync(query).WithCancellation(cancellation))
        {
            if (filter.Timeout is { } limit && TimeProvider.System.GetElapsedTime(started) > limit)
            {
                return new PurgeResult(total, isComplete: false);
            }

            if (instance.IsCompleted)
            {
                total += await _service.PurgeAsync(
                    [instance.InstanceId, .. await _service.DescendantsAsync(instance.InstanceId, cancellation)], cancellation);
            }
        }

        return new PurgeResult(total, isComplete: true);
    }

    private async Task<OrchestrationMetadata> WaitAsync(
        string instanceId, Func<OrchestrationStatus, bool> reached, string operation, bool getInputsAndOutputs, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        try
        {
            return MetadataOf((await _service.WaitAsync(instanceId, reached, cancellation)).ToState(), getInputsAndOutputs);
        }
        catch (OperationCanceledException exception) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException($"The {operation} operation was canceled.", exception, cancellation);
        }
    }

    private OrchestrationMetadata MetadataOf(OrchestrationState state, bool withData) => new(state.Name, state.OrchestrationInstance.InstanceId)
    {
        DataConverter = withData ? Converter : null,
        RuntimeStatus = (OrchestrationRuntimeStatus)(int)state.OrchestrationStatus,
        CreatedAt = new DateTimeOffset(state.CreatedTime),
        LastUpdatedAt = new DateTimeOffset(state.LastUpdatedTime),
        SerializedInput = withData ? state.Input : null,
        SerializedOutput = withData ? state.Output : null,
        SerializedCustomStatus = withData ? state.Status : null,
        FailureDetails = withData && state.FailureDetails is { } failure ? DetailsOf(failure) : null,
        Tags = state.Tags is { } tags ? new Dictionary<string, string>(tags, StringComparer.Ordinal) : new Dictionary<string, string>(),
    };

    private static TaskFailureDetails DetailsOf(FailureDetails failure) => new(
        failure.ErrorType,
        failure.ErrorMessage,
        failure.StackTrace,
        failure.InnerFailure is { } inner ? DetailsOf(inner) : null,
        failure.Properties);
}
