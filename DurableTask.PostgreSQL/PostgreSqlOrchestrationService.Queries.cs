using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.Core.Query;
using DurableTask.Core.Serializing;
using DurableTask.PostgreSQL.Storage;

namespace DurableTask.PostgreSQL;

/// <content>How clients read, list and purge what is stored.</content>
public sealed partial class PostgreSqlOrchestrationService : IOrchestrationServiceQueryClient, IOrchestrationServicePurgeClient
{
    private const int MaxPageSize = 10_000;
    private const int PurgeBatch = 1000;

    /// <inheritdoc/>
    public async Task<IList<OrchestrationState>> GetOrchestrationStateAsync(string instanceId, bool allExecutions) =>
        await FindAsync(instanceId) is { } found ? [found.ToState()] : [];

    /// <inheritdoc/>
    public async Task<OrchestrationState> GetOrchestrationStateAsync(string instanceId, string executionId) =>
        (await FindAsync(instanceId))?.ToState()!;

    /// <summary>The history as the framework's JSON.</summary>
    public async Task<string> GetOrchestrationHistoryAsync(string instanceId, string executionId) =>
        JsonDataConverter.Default.Serialize(await GetHistoryAsync(instanceId) ?? []);

    /// <summary>Deletes ended orchestrations that were created, ended or last changed before a time.</summary>
    public async Task PurgeOrchestrationHistoryAsync(DateTime thresholdDateTimeUtc, OrchestrationStateTimeRangeFilterType timeRangeFilterType) =>
        await PurgeEndedAsync(new InstanceFilter(To: thresholdDateTimeUtc), timeout: null, timeRangeFilterType);

    /// <inheritdoc/>
    public async Task<OrchestrationQueryResult> GetOrchestrationWithQueryAsync(OrchestrationQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var size = Math.Clamp(query.PageSize, 1, MaxPageSize);
        var filter = new InstanceFilter(query.CreatedTimeFrom, query.CreatedTimeTo, query.RuntimeStatus?.ToList(), query.InstanceIdPrefix);
        var found = await GuardAsync(() => _store.QueryAsync(filter, query.ContinuationToken, size + 1, cancellationToken));
        var page = found.Take(size).Select(i => i.ToState()).ToList();
        if (!query.FetchInputsAndOutputs)
        {
            page.ForEach(s => s.Input = null);
        }

        return new OrchestrationQueryResult(page, found.Count > size ? page[^1].OrchestrationInstance.InstanceId : null);
    }

    /// <summary>Deletes an ended orchestration.</summary>
    /// <returns>1; 0 when there is no such instance, or when it has not ended.</returns>
    public async Task<PurgeResult> PurgeInstanceStateAsync(string instanceId) =>
        new(await GuardAsync(() => _store.PurgeAsync([instanceId], CancellationToken.None)));

    /// <summary>Deletes ended orchestrations that match the filter.</summary>
    public Task<PurgeResult> PurgeInstanceStateAsync(PurgeInstanceFilter purgeInstanceFilter)
    {
        ArgumentNullException.ThrowIfNull(purgeInstanceFilter);
        return PurgeEndedAsync(
            new InstanceFilter(
                purgeInstanceFilter.CreatedTimeFrom == default ? null : purgeInstanceFilter.CreatedTimeFrom,
                purgeInstanceFilter.CreatedTimeTo,
                purgeInstanceFilter.RuntimeStatus?.ToList()),
            purgeInstanceFilter.Timeout);
    }

    /// <summary>
    /// Orchestrations that were set aside because <see cref="PostgreSqlOrchestrationServiceOptions.MaxDispatchCount"/> nodes died with them. They can be
    /// terminated, or released by <see cref="ReleaseSetAsideAsync"/>.
    /// </summary>
    /// <param name="afterInstanceId">The last id of the previous page; <see langword="null"/> for the first page.</param>
    /// <param name="pageSize">How many at most.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public async Task<IReadOnlyList<OrchestrationState>> ListSetAsideAsync(
        string? afterInstanceId = null, int pageSize = 100, CancellationToken cancellationToken = default)
    {
        var found = await GuardAsync(() => _store.SetAsideAsync(afterInstanceId, Math.Clamp(pageSize, 1, MaxPageSize), cancellationToken));
        return [.. found.Select(i => i.ToState())];
    }

    /// <summary>Lets a node take an orchestration again that was set aside.</summary>
    /// <returns>Whether it was set aside.</returns>
    public Task<bool> ReleaseSetAsideAsync(string instanceId, CancellationToken cancellationToken = default) =>
        GuardAsync(() => _store.ReleaseSetAsideAsync(instanceId, cancellationToken));

    /// <summary>Counts the work of the hub: it says how many nodes are needed.</summary>
    /// <exception cref="TaskHubUnavailableException">The database does not respond.</exception>
    public Task<TaskHubBacklog> GetBacklogAsync(CancellationToken cancellationToken = default) =>
        GuardAsync(() => _store.BacklogAsync(cancellationToken));

    internal Task<StoredInstance?> FindAsync(string instanceId, CancellationToken cancellationToken = default) =>
        GuardAsync(() => _store.FindAsync(instanceId, cancellationToken));

    internal Task<List<string>> DescendantsAsync(string instanceId, CancellationToken cancellationToken) =>
        GuardAsync(() => _store.DescendantsAsync(instanceId, cancellationToken));

    internal Task<int> PurgeAsync(IEnumerable<string> ids, CancellationToken cancellationToken) =>
        GuardAsync(() => _store.PurgeAsync(ids, cancellationToken));

    internal Task<List<string>> ListEndedAsync(InstanceFilter filter, string? afterId, int limit, CancellationToken cancellationToken) =>
        GuardAsync(() => _store.ListEndedAsync(filter, afterId, limit, cancellationToken));

    /// <summary>The history of an instance's latest run, in order.</summary>
    /// <returns><see langword="null"/> when there is no such instance.</returns>
    public async Task<List<HistoryEvent>?> GetHistoryAsync(string instanceId, CancellationToken cancellationToken = default)
    {
        if (await FindAsync(instanceId, cancellationToken) is not { } instance)
        {
            return null;
        }

        var histories = await GuardAsync(() => _store.LoadHistoriesAsync([instance], cancellationToken));
        return histories[instanceId];
    }

    private async Task<PurgeResult> PurgeEndedAsync(
        InstanceFilter filter,
        TimeSpan? timeout,
        OrchestrationStateTimeRangeFilterType by = OrchestrationStateTimeRangeFilterType.OrchestrationCreatedTimeFilter)
    {
        var started = _timeProvider.GetTimestamp();
        var total = 0;
        while (true)
        {
            var count = await GuardAsync(() => _store.PurgeEndedAsync(filter, by, PurgeBatch, CancellationToken.None));
            total += count;
            if (count < PurgeBatch)
            {
                return new PurgeResult(total, isComplete: true);
            }

            if (timeout is { } limit && _timeProvider.GetElapsedTime(started) > limit)
            {
                return new PurgeResult(total, isComplete: false);
            }
        }
    }
}
