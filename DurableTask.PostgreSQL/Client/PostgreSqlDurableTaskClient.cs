using System.Diagnostics;
using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.Core.Tracing;
using DurableTask.PostgreSQL.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;

namespace DurableTask.PostgreSQL.Client;

/// <summary>The <see cref="DurableTaskClient"/> of a task hub on PostgreSQL. What a call accepts is durable when its task completes.</summary>
/// <remarks>
/// Every call throws a <see cref="TaskHubUnavailableException"/> while the database does not respond. Entities are not supported:
/// <see cref="DurableTaskClient.Entities"/> throws a <see cref="NotSupportedException"/>.
/// </remarks>
public sealed partial class PostgreSqlDurableTaskClient : DurableTaskClient
{
    private const string ReplacedReason = "Replaced by a new instance with the same ID.";

    private readonly PostgreSqlOrchestrationService _service;
    private readonly DurableTaskClientOptions _options;

    /// <summary>Makes the client for dependency injection.</summary>
    /// <param name="name">The name of the client.</param>
    /// <param name="service">The task hub.</param>
    /// <param name="options">The data converter and the default version, under the client's name.</param>
    public PostgreSqlDurableTaskClient(string name, PostgreSqlOrchestrationService service, IOptionsMonitor<DurableTaskClientOptions> options)
        : this(name, service, (options ?? throw new ArgumentNullException(nameof(options))).Get(name))
    {
    }

    /// <summary>Makes the client.</summary>
    /// <param name="name">The name of the client.</param>
    /// <param name="service">The task hub.</param>
    /// <param name="options">The data converter and the default version.</param>
    public PostgreSqlDurableTaskClient(string name, PostgreSqlOrchestrationService service, DurableTaskClientOptions options)
        : base(name)
    {
        _service = service ?? throw new ArgumentNullException(nameof(service));
        _options = options ?? throw new ArgumentNullException(nameof(options));
    }

    private DataConverter Converter => _options.DataConverter;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The id cannot be one, a dedupe status is unknown, or the input is over the limit.</exception>
    /// <exception cref="Core.Exceptions.OrchestrationAlreadyExistsException">A run with that id has not ended, or is in a dedupe status.</exception>
    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName,
        object? input = null,
        StartOrchestrationOptions? options = null,
        CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var id = string.IsNullOrEmpty(options?.InstanceId) ? Guid.NewGuid().ToString("N") : InstanceIds.Check(options.InstanceId);
        await MakeWayAsync(id, options?.DedupeStatuses, cancellation);
        var version = options?.Version?.Version ?? _options.DefaultVersion ?? string.Empty;
        await CreateAsync(id, orchestratorName.Name, version, Converter.Serialize(input), options?.StartAt, options?.Tags);
        return id;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">No such instance runs.</exception>
    public override Task RaiseEventAsync(
        string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        var raised = new EventRaisedEvent(-1, Converter.Serialize(eventPayload)) { Name = eventName };
        return SendAsync(instanceId, raised, cancellation);
    }

    /// <inheritdoc/>
    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, status => status is not OrchestrationStatus.Pending, nameof(WaitForInstanceStartAsync), getInputsAndOutputs, cancellation);

    /// <inheritdoc/>
    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, StoredInstance.IsEndedStatus, nameof(WaitForInstanceCompletionAsync), getInputsAndOutputs, cancellation);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">No such instance runs.</exception>
    public override async Task TerminateInstanceAsync(
        string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        cancellation.ThrowIfCancellationRequested();
        var output = options?.Output is { } some ? Converter.Serialize(some) : null;
        var descendants = options?.Recursive ?? false ? await _service.DescendantsAsync(instanceId, cancellation) : [];
        await _service.ForceTerminateTaskOrchestrationAsync(instanceId, output!);
        foreach (var descendant in descendants)
        {
            if (await _service.FindAsync(descendant, cancellation) is { IsEnded: false })
            {
                await _service.TryTerminateAsync(descendant, output);
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">No such instance runs, or it is suspended already.</exception>
    public override async Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
    {
        await DemandStatusAsync(instanceId, "suspend", status => status is not OrchestrationStatus.Suspended, cancellation);
        await SendAsync(instanceId, new ExecutionSuspendedEvent(-1, Payload.Storable(reason)), cancellation);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The instance is not suspended.</exception>
    public override async Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
    {
        await DemandStatusAsync(instanceId, "resume", status => status is OrchestrationStatus.Suspended, cancellation);
        await SendAsync(instanceId, new ExecutionResumedEvent(-1, Payload.Storable(reason)), cancellation);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is no such instance.</exception>
    /// <exception cref="InvalidOperationException">It runs, and the new run is to have its id.</exception>
    public override async Task<string> RestartAsync(
        string instanceId, bool restartWithNewInstanceId = false, CancellationToken cancellation = default)
    {
        var instance = await FindAsync(instanceId, cancellation);
        if (!restartWithNewInstanceId && !instance.IsEnded)
        {
            throw new InvalidOperationException($"The orchestration instance with the ID '{instanceId}' is still running and cannot be restarted.");
        }

        var id = restartWithNewInstanceId ? Guid.NewGuid().ToString("N") : instanceId;
        await CreateAsync(id, instance.Name, instance.Version, instance.Input, startAt: null, JsonText.ReadTags(instance.Tags));
        return id;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is no such instance.</exception>
    /// <exception cref="InvalidOperationException">It has not failed.</exception>
    public override async Task RewindInstanceAsync(string instanceId, string reason, CancellationToken cancellation = default)
    {
        var instance = await FindAsync(instanceId, cancellation);
        if (instance.Status is not OrchestrationStatus.Failed
            || !await _service.SendAsync(PostgreSqlOrchestrationService.MessageTo(instanceId, new ExecutionRewoundEvent(-1, Payload.Storable(reason)))))
        {
            throw new InvalidOperationException(
                $"The rewind operation is only supported on failed orchestration instances; '{instanceId}' is {instance.Status}.");
        }
    }

    /// <summary>Nothing to do: the task hub is not the client's own.</summary>
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task CreateAsync(
        string id, string name, string version, string? input, DateTimeOffset? startAt, IReadOnlyDictionary<string, string>? tags)
    {
        var execution = Guid.NewGuid().ToString("N");
        using var span = StartSpan(name, version, id, execution);
        var instance = new OrchestrationInstance { InstanceId = id, ExecutionId = execution };
        var traceParent = span?.Id ?? Activity.Current?.Id;
        var started = new ExecutionStartedEvent(-1, input)
        {
            OrchestrationInstance = instance,
            Name = name,
            Version = version,
            ScheduledStartTime = startAt?.UtcDateTime,
            Tags = tags is { Count: > 0 } ? tags.ToDictionary(t => t.Key, t => t.Value, StringComparer.Ordinal) : null,
            ParentTraceContext = traceParent is null ? null : new DistributedTraceContext(traceParent, Activity.Current?.TraceStateString),
        };
        await _service.CreateTaskOrchestrationAsync(new TaskMessage { OrchestrationInstance = instance, Event = started });
    }

    /// <summary>The producer's span of a start; the orchestration's own spans, which the framework makes, belong to it.</summary>
    private static Activity? StartSpan(string name, string version, string id, string execution) =>
        TaskHubMetrics.Traces.StartActivity(
            version.Length > 0 ? $"create_orchestration:{name}@({version})" : $"create_orchestration:{name}", ActivityKind.Producer)?
            .SetTag("durabletask.type", "orchestration")
            .SetTag("durabletask.task.name", name)
            .SetTag("durabletask.task.instance_id", id)
            .SetTag("durabletask.task.execution_id", execution);

    private async Task SendAsync(string instanceId, HistoryEvent e, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        await _service.SendTaskOrchestrationMessageAsync(PostgreSqlOrchestrationService.MessageTo(instanceId, e));
    }

    /// <summary>With statuses given: refuses a start where the existing instance is in one of them, and ends one that is in none.</summary>
    private async Task MakeWayAsync(string id, IReadOnlyList<string>? dedupeStatuses, CancellationToken cancellation)
    {
        if (dedupeStatuses is null)
        {
            return;
        }

        var refused = new HashSet<OrchestrationStatus>();
        foreach (var text in dedupeStatuses)
        {
            refused.Add(Enum.TryParse<OrchestrationRuntimeStatus>(text, ignoreCase: true, out var status)
                ? (OrchestrationStatus)(int)status
                : throw new ArgumentException($"'{text}' is not the status of an orchestration.", nameof(dedupeStatuses)));
        }

        if (await _service.FindAsync(id, cancellation) is not { } existing)
        {
            return;
        }

        if (refused.Contains(existing.Status))
        {
            throw PostgreSqlOrchestrationService.AlreadyExists(id);
        }

        if (!existing.IsEnded)
        {
            await TerminateInstanceAsync(id, new TerminateInstanceOptions(ReplacedReason), cancellation);
            await WaitForInstanceCompletionAsync(id, getInputsAndOutputs: false, cancellation);
        }
    }

    private async Task<StoredInstance> FindAsync(string instanceId, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return await _service.FindAsync(instanceId, cancellation)
            ?? throw new ArgumentException($"An orchestration with the instanceId {instanceId} was not found.", nameof(instanceId));
    }

    private async Task DemandStatusAsync(
        string instanceId, string operation, Func<OrchestrationStatus, bool> fits, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        if (await _service.FindAsync(instanceId, cancellation) is { IsEnded: false } instance && !fits(instance.Status))
        {
            throw new InvalidOperationException(
                $"Cannot {operation} the orchestration instance {instanceId} because instance is in the {instance.Status} state.");
        }
    }
}
