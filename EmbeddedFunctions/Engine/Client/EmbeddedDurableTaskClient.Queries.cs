using EmbeddedFunctions.Engine.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using HistoryEvent = DurableTask.Core.History.HistoryEvent;

namespace EmbeddedFunctions.Engine.Client;

/// <content>What the client reads.</content>
internal sealed partial class EmbeddedDurableTaskClient
{
    private const int MaxPageSize = 10_000;

    public override async Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId,
        bool getInputsAndOutputs = false,
        CancellationToken cancellation = default) =>
        await engine.Store.FindAsync(instanceId, cancellation) is { } record ? MetadataOf(record, getInputsAndOutputs) : null;

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId,
        bool getInputsAndOutputs = false,
        CancellationToken cancellation = default) =>
        WaitAsync(instanceId, s => s is not OrchestrationRuntimeStatus.Pending, "WaitForInstanceStartAsync", getInputsAndOutputs, cancellation);

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId,
        bool getInputsAndOutputs = false,
        CancellationToken cancellation = default) =>
        WaitAsync(instanceId, IsEnded, "WaitForInstanceCompletionAsync", getInputsAndOutputs, cancellation);

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null)
    {
        var query = filter ?? new OrchestrationQuery();
        var instances = new InstanceFilter(
            query.CreatedFrom?.UtcDateTime,
            query.CreatedTo?.UtcDateTime,
            query.Statuses?.ToList(),
            query.InstanceIdPrefix);
        return Pageable.Create<OrchestrationMetadata>(async (continuation, sizeHint, cancellation) =>
        {
            var size = Math.Clamp(sizeHint ?? query.PageSize, 1, MaxPageSize);
            var rows = await engine.Store.QueryAsync(instances, continuation ?? query.ContinuationToken, size + 1, cancellation);
            var page = rows.Take(size).Select(r => MetadataOf(r, query.FetchInputsAndOutputs)).ToList();
            return new Page<OrchestrationMetadata>(page, rows.Count > size ? page[^1].InstanceId : null);
        });
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">No such instance.</exception>
    public override async Task<IList<HistoryEvent>> GetOrchestrationHistoryAsync(
        string instanceId,
        CancellationToken cancellation = default)
    {
        var record = await engine.Store.FindAsync(instanceId, cancellation)
            ?? throw new ArgumentException($"No orchestration instance with the ID {instanceId} was found.", nameof(instanceId));
        var histories = await engine.Store.LoadHistoriesAsync([instanceId], cancellation);
        return OfficialHistory.Of(record, histories.GetValueOrDefault(instanceId) ?? []);
    }

    public override async Task<Page<string>> ListInstanceIdsAsync(
        IEnumerable<OrchestrationRuntimeStatus>? runtimeStatus = null,
        DateTimeOffset? completedTimeFrom = null,
        DateTimeOffset? completedTimeTo = null,
        int pageSize = OrchestrationQuery.DefaultPageSize,
        string? lastInstanceKey = null,
        CancellationToken cancellation = default)
    {
        var filter = new InstanceFilter(
            Statuses: runtimeStatus?.ToList(),
            CompletedFrom: completedTimeFrom?.UtcDateTime,
            CompletedTo: completedTimeTo?.UtcDateTime);
        var size = Math.Clamp(pageSize, 1, MaxPageSize);
        var ids = await engine.Store.ListEndedAsync(filter, lastInstanceKey, size + 1, cancellation);
        return new Page<string>([.. ids.Take(size)], ids.Count > size ? ids[size - 1] : null);
    }

    /// <remarks>An unknown id is waited for, as on the official engine: it may be scheduled yet.</remarks>
    private async Task<OrchestrationMetadata> WaitAsync(
        string instanceId,
        Func<OrchestrationRuntimeStatus, bool> reached,
        string operation,
        bool getInputsAndOutputs,
        CancellationToken cancellation)
    {
        var poll = FirstPoll;
        try
        {
            while (true)
            {
                var changed = engine.Host.Watch.Next(instanceId);
                if (await engine.Store.StatusAsync(instanceId, cancellation) is { } status
                    && reached(status)
                    && await GetInstancesAsync(instanceId, getInputsAndOutputs, cancellation) is { } metadata)
                {
                    return metadata;
                }

                // What runs in this process tells when it changes; what runs elsewhere has to be looked for.
                await Task.WhenAny(changed, Task.Delay(poll, engine.Clock.TimeProvider, cancellation));
                cancellation.ThrowIfCancellationRequested();
                poll = poll * 1.5 < MaxPoll ? poll * 1.5 : MaxPoll;
            }
        }
        catch (OperationCanceledException exception) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException($"The {operation} operation was canceled.", exception, cancellation);
        }
        finally
        {
            engine.Host.Watch.Forget(instanceId);
        }
    }

    private OrchestrationMetadata MetadataOf(InstanceRecord record, bool withData) => new(record.Name, record.Id)
    {
        DataConverter = withData ? _converter : null,
        RuntimeStatus = record.Status,
        CreatedAt = new DateTimeOffset(record.CreatedAt),
        LastUpdatedAt = new DateTimeOffset(record.UpdatedAt),
        SerializedInput = withData ? record.Input : null,
        SerializedOutput = withData ? record.Output : null,

        // The official engine gives the text "null" where no status was set.
        SerializedCustomStatus = withData ? record.CustomStatus ?? "null" : null,
        FailureDetails = record.Failure is null || !withData ? null : FailureCodec.Read(record.Failure),
        Tags = TagCodec.Read(record.Tags),
    };
}
