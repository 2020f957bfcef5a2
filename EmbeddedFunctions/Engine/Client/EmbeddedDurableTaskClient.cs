using EmbeddedFunctions.Engine.Orchestration;
using EmbeddedFunctions.Engine.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace EmbeddedFunctions.Engine.Client;

/// <summary>The durable client of the process: what it accepts is durable when its task completes.</summary>
internal sealed partial class EmbeddedDurableTaskClient(DurableEngine engine, IDurableFunctions functions) : DurableTaskClient("embedded")
{
    private static readonly TimeSpan FirstPoll = TimeSpan.FromMilliseconds(20);

    /// <summary>A commit takes milliseconds; one that takes so long waits for a database that does not answer.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan MaxPoll = TimeSpan.FromMilliseconds(500);

    private readonly DataConverter _converter = Microsoft.DurableTask.Converters.JsonDataConverter.Worker;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">No such orchestrator; an id that cannot be one; an input over the limit.</exception>
    /// <exception cref="global::DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException">A run with that id has not ended.</exception>
    /// <exception cref="TaskHubUnavailableException">PostgreSQL does not answer.</exception>
    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName,
        object? input = null,
        StartOrchestrationOptions? options = null,
        CancellationToken cancellation = default)
    {
        if (!functions.HasOrchestrator(orchestratorName.Name))
        {
            throw new ArgumentException(
                $"The function '{orchestratorName.Name}' doesn't exist, is disabled, or is not an orchestrator function. Additional info: The "
                + $"following are the known orchestrator functions: {string.Join(", ", functions.OrchestratorNames.Select(n => $"'{n}'"))}.",
                nameof(orchestratorName));
        }

        var id = string.IsNullOrEmpty(options?.InstanceId) ? Guid.NewGuid().ToString("N") : InstanceId.Check(options.InstanceId);
        var data = _converter.Serialize(input);
        PayloadLimit.Check(data, engine.Options.MaxPayloadBytes, $"The input of orchestration '{orchestratorName.Name}'");
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                await MakeWayAsync(id, options?.DedupeStatuses, cancellation);
                if (await CreateAsync(orchestratorName.Name, id, data, options, cancellation))
                {
                    return id;
                }
            }
            catch (NodeFencedException)
            {
                // The node joins again under a new number; nothing was written.
                await Task.Delay(FirstPoll, engine.Clock.TimeProvider, cancellation);
                continue;
            }

            throw AlreadyExists(id);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">No such instance.</exception>
    /// <exception cref="InvalidOperationException">It has not ended and the new run is to have its id.</exception>
    public override async Task<string> RestartAsync(
        string instanceId,
        bool restartWithNewInstanceId = false,
        CancellationToken cancellation = default)
    {
        var record = await engine.Store.FindAsync(instanceId, cancellation)
            ?? throw new ArgumentException($"No orchestration instance with the ID {instanceId} was found.", nameof(instanceId));
        if (!restartWithNewInstanceId && !record.IsEnded)
        {
            throw new InvalidOperationException($"The orchestration instance with the ID {instanceId} is still running and cannot be restarted.");
        }

        var id = restartWithNewInstanceId ? Guid.NewGuid().ToString("N") : instanceId;
        var options = new StartOrchestrationOptions(id)
        {
            Version = record.Version.Length > 0 ? new TaskVersion(record.Version) : null,
            Tags = TagCodec.Read(record.Tags),
        };
        return await CreateAsync(record.Name, id, record.Input, options, cancellation) ? id : throw AlreadyExists(id);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">No such instance.</exception>
    /// <exception cref="InvalidOperationException">It has not failed.</exception>
    public override async Task RewindInstanceAsync(string instanceId, string reason, CancellationToken cancellation = default)
    {
        if (await engine.Store.StatusAsync(instanceId, cancellation) is not { } status)
        {
            throw new ArgumentException($"No orchestration instance with the ID {instanceId} was found.", nameof(instanceId));
        }

        if (status is not OrchestrationRuntimeStatus.Failed || !await engine.Rewinder.RewindAsync(instanceId, cancellation))
        {
            throw new InvalidOperationException($"Only a failed orchestration can be rewound; {instanceId} is {status}.");
        }
    }

    public override Task RaiseEventAsync(
        string instanceId,
        string eventName,
        object? eventPayload = null,
        CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        InstanceId.CheckText(eventName, nameof(eventName));
        var data = _converter.Serialize(eventPayload);
        PayloadLimit.Check(data, engine.Options.MaxPayloadBytes, $"The payload of event '{eventName}'");
        return TellAsync(
            new InboxMessage(instanceId, InboxMessageKind.Event, eventName, data),
            acknowledgement => new EventArrived(eventName, data) { Acknowledgement = acknowledgement },
            cancellation);
    }

    public override Task TerminateInstanceAsync(
        string instanceId,
        TerminateInstanceOptions? options = null,
        CancellationToken cancellation = default)
    {
        var output = options?.Output is { } some ? _converter.Serialize(some) : null;
        return TerminateWithTextAsync(instanceId, output, cancellation, options?.Recursive ?? false);
    }

    /// <summary>Terminates with an output that is kept as it stands.</summary>
    public async Task TerminateWithTextAsync(string instanceId, string? output, CancellationToken cancellation, bool recursive = false)
    {
        output = DatabaseText.Clean(output);
        PayloadLimit.Check(output, engine.Options.MaxPayloadBytes, "The output of the termination");
        DemandDatabase();
        if (!engine.Host.TryFind(instanceId, out _)
            && await engine.Store.TerminatePendingAsync(instanceId, output, engine.Clock.UtcNow, cancellation))
        {
            engine.Host.Watch.Changed(instanceId);
            return;
        }

        await TellAsync(
            new InboxMessage(instanceId, InboxMessageKind.Terminate, recursive ? TerminateRequested.RecursiveName : null, output),
            acknowledgement => new TerminateRequested(output, recursive) { Acknowledgement = acknowledgement },
            cancellation);
    }

    public override async Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
    {
        await DemandAsync(instanceId, s => s is not OrchestrationRuntimeStatus.Suspended, "is suspended already", cancellation);
        reason = DatabaseText.Clean(reason);
        PayloadLimit.Check(reason, engine.Options.MaxPayloadBytes, "The reason");
        await TellAsync(
            new InboxMessage(instanceId, InboxMessageKind.Suspend, Data: reason),
            acknowledgement => new SuspendRequested(reason) { Acknowledgement = acknowledgement },
            cancellation);
    }

    public override async Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
    {
        await DemandAsync(instanceId, s => s is OrchestrationRuntimeStatus.Suspended, "is not suspended", cancellation);
        reason = DatabaseText.Clean(reason);
        PayloadLimit.Check(reason, engine.Options.MaxPayloadBytes, "The reason");
        await TellAsync(
            new InboxMessage(instanceId, InboxMessageKind.Resume, Data: reason),
            acknowledgement => new ResumeRequested(reason) { Acknowledgement = acknowledgement },
            cancellation);
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static bool IsEnded(OrchestrationRuntimeStatus status) => status is OrchestrationRuntimeStatus.Completed
        or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;

    private static global::DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException AlreadyExists(string id) =>
        new($"An Orchestration instance with the ID {id} already exists.");

    /// <summary>With statuses given: refuses a start where the existing instance is in one of them, and ends one that is in none.</summary>
    private async Task MakeWayAsync(string id, IReadOnlyList<string>? dedupeStatuses, CancellationToken cancellation)
    {
        if (dedupeStatuses?.FirstOrDefault(s => !Enum.TryParse<OrchestrationRuntimeStatus>(s, ignoreCase: true, out _)) is { } unknown)
        {
            throw new ArgumentException($"'{unknown}' is not the status of an orchestration.", nameof(dedupeStatuses));
        }

        if (dedupeStatuses is null || await engine.Store.StatusAsync(id, cancellation) is not { } status)
        {
            return;
        }

        if (dedupeStatuses.Contains(status.ToString(), StringComparer.OrdinalIgnoreCase))
        {
            throw AlreadyExists(id);
        }

        if (!IsEnded(status))
        {
            await TerminateInstanceAsync(id, new TerminateInstanceOptions("Replaced by a new instance of the same id."), cancellation);
            await WaitForInstanceCompletionAsync(id, cancellation: cancellation);
        }
    }

    private async Task<bool> CreateAsync(
        string name,
        string id,
        string? data,
        StartOrchestrationOptions? options,
        CancellationToken cancellation)
    {
        DemandDatabase();
        var now = engine.Clock.UtcNow;
        var record = new InstanceRecord
        {
            Id = id,
            ExecutionId = Guid.NewGuid(),
            Name = name,
            Version = options?.Version?.Version ?? engine.Options.DefaultVersion,
            Input = data,
            CreatedAt = now,
            UpdatedAt = now,
            StartAt = options?.StartAt?.UtcDateTime,
            Tags = options?.Tags is { Count: > 0 } tags ? TagCodec.Write(tags) : null,
        };
        if (OrchestrationSpan.Schedule(record) is { } traceParent)
        {
            record = record with { TraceParent = traceParent };
        }

        record = engine.Host.Place(record);
        var commit = new ScheduleCommit(engine.Host, record) { InstanceId = id, NewInstances = [record] };
        engine.Host.Writer.Enqueue(commit);
        return await AnswerAsync(commit.Created, $"Orchestration {id} may still be started.", cancellation);
    }

    private void DemandDatabase()
    {
        if (engine.Host.Writer.IsDatabaseAway)
        {
            throw new TaskHubUnavailableException("The task hub's database does not answer. Nothing was started or sent.");
        }
    }

    private static async Task<bool> AnswerAsync(Task<bool> answer, string otherwise, CancellationToken cancellation)
    {
        try
        {
            return await answer.WaitAsync(AnswerTimeout, cancellation);
        }
        catch (TimeoutException)
        {
            throw new TaskHubUnavailableException($"The task hub's database has not answered for {AnswerTimeout.TotalSeconds} s. {otherwise}");
        }
    }

    /// <summary>Hands a message to the instance where it is held: in memory when that is here, by its inbox otherwise.</summary>
    private async Task TellAsync(
        InboxMessage message,
        Func<TaskCompletionSource<bool>, InstanceMessage> open,
        CancellationToken cancellation)
    {
        DemandDatabase();
        if (engine.Host.TryFind(message.InstanceId, out var instance))
        {
            var acknowledgement = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            instance.Post(open(acknowledgement));
            if (await AnswerAsync(acknowledgement.Task, $"The message to instance {message.InstanceId} may still arrive.", cancellation))
            {
                return;
            }
        }

        if (!await engine.Store.SendAsync(message, engine.Clock.UtcNow, cancellation))
        {
            throw new InvalidOperationException($"No orchestration instance with the ID {message.InstanceId} is running.");
        }
    }

    private async Task DemandAsync(
        string instanceId,
        Func<OrchestrationRuntimeStatus, bool> fits,
        string otherwise,
        CancellationToken cancellation)
    {
        if (await engine.Store.StatusAsync(instanceId, cancellation) is { } status && !IsEnded(status) && !fits(status))
        {
            throw new InvalidOperationException($"The orchestration instance with the ID {instanceId} {otherwise}.");
        }
    }

}
