using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.Core.Query;
using Microsoft.Azure.WebJobs.Extensions.DurableTask;
using Microsoft.Azure.WebJobs.Host.Scale;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace DurableTask.PostgreSQL.AzureFunctions;

/// <summary>One task hub, as the durable extension uses it.</summary>
internal sealed class PostgreSqlDurabilityProvider : DurabilityProvider
{
    private readonly StorageSettings _settings;

    public PostgreSqlDurabilityProvider(PostgreSqlOrchestrationService service, StorageSettings settings)
        : base(PostgreSqlDurabilityProviderFactory.ProviderName, service, service, settings.ConnectionStringName)
    {
        Service = service;
        _settings = settings;
    }

    public PostgreSqlOrchestrationService Service { get; }

    public override bool SupportsEntities => false;

    /// <summary>An event for an instance that does not run is refused, as by the default provider.</summary>
    public override bool CheckStatusBeforeRaiseEvent => true;

    public override bool GuaranteesOrderedDelivery => true;

    /// <summary>Timers have no limit; the extension adds this to times of today, so that it cannot be the largest there is.</summary>
    public override TimeSpan MaximumDelayTime { get; set; } = TimeSpan.FromDays(365_000);

    public override TimeSpan LongRunningTimerIntervalLength { get; set; } = TimeSpan.FromDays(365_000);

    public override string EventSourceName { get; set; } = "DurableTask-PostgreSQL";

    /// <summary>What the extension logs at its start. The connection string is not in it.</summary>
    public override JObject ConfigurationJson => new()
    {
        ["connectionStringName"] = _settings.ConnectionStringName,
        ["schema"] = _settings.Service.TaskHub,
        ["maxConcurrentActivities"] = _settings.Service.MaxConcurrentActivities,
        ["maxLiveOrchestrations"] = _settings.Service.MaxLiveOrchestrations,
        ["lease"] = _settings.Service.Lease,
    };

    public override async Task<IList<OrchestrationState>> GetOrchestrationStateWithInputsAsync(string instanceId, bool showInput = true)
    {
        var states = await Service.GetOrchestrationStateAsync(instanceId, allExecutions: false);
        return showInput ? states : WithoutInput(states);
    }

    public override async Task<IList<OrchestrationState>> GetAllOrchestrationStates(CancellationToken cancellationToken) =>
        await QueryAllAsync(new OrchestrationQuery(), cancellationToken);

    [Obsolete("The extension's own client no longer calls it.")]
    public override async Task<IList<OrchestrationState>> GetAllOrchestrationStatesWithFilters(
        DateTime createdTimeFrom, DateTime? createdTimeTo, IEnumerable<OrchestrationRuntimeStatus> runtimeStatus, CancellationToken cancellationToken) =>
        await QueryAllAsync(
            new OrchestrationQuery { CreatedTimeFrom = Given(createdTimeFrom), CreatedTimeTo = Given(createdTimeTo), RuntimeStatus = Of(runtimeStatus) },
            cancellationToken);

    public override async Task<OrchestrationStatusQueryResult> GetOrchestrationStateWithPagination(
        OrchestrationStatusQueryCondition condition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var result = await Service.GetOrchestrationWithQueryAsync(
            new OrchestrationQuery
            {
                CreatedTimeFrom = Given(condition.CreatedTimeFrom),
                CreatedTimeTo = Given(condition.CreatedTimeTo),
                RuntimeStatus = Of(condition.RuntimeStatus),
                InstanceIdPrefix = condition.InstanceIdPrefix,
                PageSize = condition.PageSize,
                ContinuationToken = string.IsNullOrEmpty(condition.ContinuationToken) ? null : condition.ContinuationToken,
                FetchInputsAndOutputs = true,
            },
            cancellationToken);
        var states = condition.ShowInput ? result.OrchestrationState : WithoutInput(result.OrchestrationState);
        return new OrchestrationStatusQueryResult
        {
            DurableOrchestrationState = states.Select(ProviderUtils.ConvertOrchestrationStateToStatus).ToList(),
            ContinuationToken = result.ContinuationToken,
        };
    }

    public override async Task<PurgeHistoryResult> PurgeInstanceHistoryByInstanceId(string instanceId) =>
        new((await Service.PurgeInstanceStateAsync(instanceId)).DeletedInstanceCount);

    public override async Task<int> PurgeHistoryByFilters(
        DateTime createdTimeFrom, DateTime? createdTimeTo, IEnumerable<OrchestrationStatus> runtimeStatus) =>
        (await Service.PurgeInstanceStateAsync(new PurgeInstanceFilter(
            createdTimeFrom, Given(createdTimeTo), runtimeStatus?.ToList() is { Count: > 0 } some ? some : null))).DeletedInstanceCount;

    public override Task RewindAsync(string instanceId, string reason) => Service.SendTaskOrchestrationMessageAsync(new TaskMessage
    {
        OrchestrationInstance = new OrchestrationInstance { InstanceId = instanceId },
        Event = new ExecutionRewoundEvent(-1, reason),
    });

    public override async Task<IAsyncEnumerable<HistoryEvent>> StreamOrchestrationHistoryAsync(string instanceId, CancellationToken cancellationToken)
    {
        var history = await Service.GetHistoryAsync(instanceId, cancellationToken)
            ?? throw new ArgumentException($"There is no orchestration instance with the ID '{instanceId}'.", nameof(instanceId));
        return Each(history);
    }

    public override Task<string> RetrieveSerializedEntityState(EntityId entityId, JsonSerializerSettings serializierSettings) =>
        throw new NotSupportedException("The PostgreSQL storage provider does not support entities.");

    public override void SetUseSeparateQueueForEntityWorkItems(bool newValue)
    {
    }

    public override bool TryGetScaleMonitor(string functionId, string functionName, string hubName, string connectionName, out IScaleMonitor scaleMonitor)
    {
        scaleMonitor = new TaskHubScaler(Service, _settings.Service, functionId);
        return true;
    }

    public override bool TryGetTargetScaler(string functionId, string functionName, string hubName, string connectionName, out ITargetScaler targetScaler)
    {
        targetScaler = new TaskHubScaler(Service, _settings.Service, functionId);
        return true;
    }

    private static DateTime? Given(DateTime? time) => time is null || time == default(DateTime) ? null : time;

    private static List<OrchestrationStatus>? Of(IEnumerable<OrchestrationRuntimeStatus>? statuses) =>
        statuses?.Select(s => (OrchestrationStatus)(int)s).ToList() is { Count: > 0 } some ? some : null;

    private static List<OrchestrationState> WithoutInput(IEnumerable<OrchestrationState> states)
    {
        var list = states.ToList();
        list.ForEach(s => s.Input = null);
        return list;
    }

    private static async IAsyncEnumerable<HistoryEvent> Each(List<HistoryEvent> history)
    {
        await Task.CompletedTask;
        foreach (var e in history)
        {
            yield return e;
        }
    }

    private async Task<List<OrchestrationState>> QueryAllAsync(OrchestrationQuery query, CancellationToken cancellationToken)
    {
        query.FetchInputsAndOutputs = true;
        query.PageSize = 1000;
        var all = new List<OrchestrationState>();
        do
        {
            var page = await Service.GetOrchestrationWithQueryAsync(query, cancellationToken);
            all.AddRange(page.OrchestrationState);
            query.ContinuationToken = page.ContinuationToken;
        }
        while (query.ContinuationToken is not null);
        return all;
    }
}
