using DurableTask.Core;
using DurableTask.Core.Exceptions;
using DurableTask.Core.History;
using DurableTask.PostgreSQL.Sessions;
using DurableTask.PostgreSQL.Storage;

namespace DurableTask.PostgreSQL;

/// <content>How clients start orchestrations, send them messages and wait for them. A call that returns is durable.</content>
public sealed partial class PostgreSqlOrchestrationService : IOrchestrationServiceClient
{
    /// <summary>How long a call waits for its commit. A commit takes milliseconds; after this time the database does not respond.</summary>
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(30);

    /// <summary>How long a call waits for its commit once the database is known to be away.</summary>
    private static readonly TimeSpan OutageTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstPoll = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan MaxPoll = TimeSpan.FromMilliseconds(500);
    private static readonly OrchestrationStatus[] NotEnded =
        [OrchestrationStatus.Running, OrchestrationStatus.Pending, OrchestrationStatus.Suspended, OrchestrationStatus.ContinuedAsNew];

    /// <summary>Starts an orchestration. The run of an ended instance with the same id is replaced.</summary>
    /// <exception cref="ArgumentException">The name or the version cannot be stored.</exception>
    /// <exception cref="OrchestrationAlreadyExistsException">A run with that id has not ended.</exception>
    /// <exception cref="PayloadTooLargeException">The input is over the limit.</exception>
    /// <exception cref="TaskHubUnavailableException">The database does not respond.</exception>
    public Task CreateTaskOrchestrationAsync(TaskMessage creationMessage) => CreateTaskOrchestrationAsync(creationMessage, NotEnded);

    /// <summary>Starts an orchestration, unless an instance with its id is in one of the given states, or runs.</summary>
    /// <inheritdoc cref="CreateTaskOrchestrationAsync(TaskMessage)" path="/exception"/>
    public async Task CreateTaskOrchestrationAsync(TaskMessage creationMessage, OrchestrationStatus[] dedupeStatuses)
    {
        ArgumentNullException.ThrowIfNull(creationMessage);
        if (creationMessage.Event is not ExecutionStartedEvent started)
        {
            throw new ArgumentException("The message does not start an orchestration.", nameof(creationMessage));
        }

        var id = started.OrchestrationInstance.InstanceId;
        if (Payload.Storable(started.Name) != started.Name || Payload.Storable(started.Version) != started.Version)
        {
            throw new ArgumentException(
                "The name and the version of an orchestration cannot contain U+0000 or halves of surrogate pairs.", nameof(creationMessage));
        }

        Payload.Check(started.Input, _options.MaxPayloadBytes, $"The input of orchestration '{started.Name}'");
        if (dedupeStatuses is not null && Array.Exists(dedupeStatuses, StoredInstance.IsEndedStatus)
            && await GuardAsync(() => _store.StatusAsync(id, CancellationToken.None)) is { } status && dedupeStatuses.Contains(status))
        {
            throw AlreadyExists(id);
        }

        if (!await CreateAsync(StoredInstance.From(started)))
        {
            throw AlreadyExists(id);
        }
    }

    /// <summary>Sends a message to an orchestration that runs.</summary>
    /// <exception cref="InvalidOperationException">No such instance runs.</exception>
    /// <exception cref="PayloadTooLargeException">The payload is over the limit.</exception>
    /// <exception cref="TaskHubUnavailableException">The database does not respond.</exception>
    public async Task SendTaskOrchestrationMessageAsync(TaskMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.Event is ExecutionStartedEvent)
        {
            await CreateTaskOrchestrationAsync(message);
            return;
        }

        Payload.Check(PayloadOf(message.Event), _options.MaxPayloadBytes, "The payload of the message");
        var id = message.OrchestrationInstance.InstanceId;
        if (!await SendAsync(message))
        {
            throw NotRunning(id);
        }
    }

    /// <inheritdoc/>
    public async Task SendTaskOrchestrationMessageBatchAsync(params TaskMessage[] messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        foreach (var message in messages)
        {
            await SendTaskOrchestrationMessageAsync(message);
        }
    }

    /// <summary>Waits for the end of an orchestration. An unknown id is waited for: it may still be started.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="executionId">Ignored: an id means its latest run.</param>
    /// <param name="timeout">How long to wait; zero, a negative time or the largest for as long as it takes.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>Its last state; <see langword="null"/> when it has not ended in time.</returns>
    public async Task<OrchestrationState> WaitForOrchestrationAsync(
        string instanceId, string executionId, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (timeout > TimeSpan.Zero && timeout.TotalMilliseconds < int.MaxValue)
        {
            limit.CancelAfter(timeout);
        }

        try
        {
            return (await WaitAsync(instanceId, StoredInstance.IsEndedStatus, limit.Token)).ToState();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null!;
        }
    }

    /// <summary>Terminates an orchestration. One that has not begun, or was set aside, ends without running; another ends at its next checkpoint.</summary>
    /// <exception cref="InvalidOperationException">No such instance runs.</exception>
    public async Task ForceTerminateTaskOrchestrationAsync(string instanceId, string reason)
    {
        if (!await TryTerminateAsync(instanceId, reason))
        {
            throw NotRunning(instanceId);
        }
    }

    /// <returns><see langword="false"/> when no such instance runs.</returns>
    internal async Task<bool> TryTerminateAsync(string instanceId, string? reason)
    {
        var output = Payload.Storable(reason);
        Payload.Check(output, _options.MaxPayloadBytes, "The output of the termination");
        if (!_sessions.TryFind(instanceId, out _)
            && await FindAsync(instanceId) is { Owner: null, IsEnded: false } instance
            && await GuardAsync(() => _store.TerminateUnstartedAsync(instance, output, CancellationToken.None)))
        {
            _sessions.Watch.Changed(instanceId);
            return true;
        }

        return await SendAsync(MessageTo(instanceId, new ExecutionTerminatedEvent(-1, output)));
    }

    /// <summary>Waits until an instance is in a state. An unknown id is waited for.</summary>
    internal async Task<StoredInstance> WaitAsync(string instanceId, Func<OrchestrationStatus, bool> reached, CancellationToken cancellationToken)
    {
        var poll = FirstPoll;
        try
        {
            while (true)
            {
                var changed = _sessions.Watch.Next(instanceId);
                if (await GuardAsync(() => _store.StatusAsync(instanceId, cancellationToken)) is { } status
                    && reached(status)
                    && await FindAsync(instanceId, cancellationToken) is { } instance
                    && reached(instance.Status))
                {
                    return instance;
                }

                // Instances of this process signal their changes; the state of others has to be read again.
                await Task.WhenAny(changed, Task.Delay(poll, _timeProvider, cancellationToken));
                cancellationToken.ThrowIfCancellationRequested();
                poll = poll * 1.5 < MaxPoll ? poll * 1.5 : MaxPoll;
            }
        }
        finally
        {
            _sessions.Watch.Forget(instanceId);
        }
    }

    /// <summary>Sends a message to an instance: in memory when this node holds it, through its inbox otherwise.</summary>
    /// <returns><see langword="false"/> when no such instance runs.</returns>
    internal async Task<bool> SendAsync(TaskMessage message)
    {
        DemandDatabase();
        var (id, executionId) = (message.OrchestrationInstance.InstanceId, message.OrchestrationInstance.ExecutionId);
        if (_sessions.TryFind(id, out var session) && _sessions.HasReadInbox(session))
        {
            var acknowledgement = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            session.Post(new SessionMessage(message.Event, executionId) { Acknowledgement = acknowledgement });
            if (await WithinResponseTimeoutAsync(acknowledgement.Task, $"The message to instance '{id}' may still arrive."))
            {
                return true;
            }
        }

        var outgoing = new OutgoingMessage(
            id, executionId, HistoryCodec.Write([message.Event]), message.Event is ExecutionRewoundEvent);
        var receiver = await GuardAsync(() => _store.SendAsync(outgoing, CancellationToken.None));
        if (receiver is { } sent && sent.Owner == _sessions.NodeId)
        {
            _sessions.ExpectInbox(id, sent.InboxCount);
        }

        return receiver is not null;
    }

    internal static TaskMessage MessageTo(string instanceId, HistoryEvent e) =>
        new() { OrchestrationInstance = new OrchestrationInstance { InstanceId = instanceId }, Event = e };

    internal static OrchestrationAlreadyExistsException AlreadyExists(string id) =>
        new($"An orchestration instance with the ID '{id}' already exists.");

    private static InvalidOperationException NotRunning(string id) => new($"No orchestration instance with the ID '{id}' is running.");

    private async Task<bool> CreateAsync(StoredInstance instance)
    {
        var isRepeated = false;
        while (_isStarted && !_stopping.IsCancellationRequested)
        {
            if (!isRepeated)
            {
                DemandDatabase();
            }

            var request = new CreationRequest(_sessions, _sessions.Place(instance)) { InstanceId = instance.Id };
            _sessions.Writer.Enqueue(request);
            try
            {
                return await WithinResponseTimeoutAsync(request.Created, $"Orchestration '{instance.Id}' may still be started.")
                    || (isRepeated && await IsCreatedAsync());
            }
            catch (NodeFencedException)
            {
                // The node joins again under a new number. Perhaps the commit took place before.
                isRepeated = true;
                await Task.Delay(FirstPoll, _timeProvider);
            }
            catch (ServiceStoppedException)
            {
                isRepeated = true;
                break;
            }
        }

        return await GuardAsync(() => _store.CreateAsync(instance, CancellationToken.None)) || (isRepeated && await IsCreatedAsync());

        async Task<bool> IsCreatedAsync() => (await FindAsync(instance.Id))?.RunId == instance.RunId;
    }

    private void DemandDatabase()
    {
        if (_health.WriteProblem is { } problem)
        {
            throw new TaskHubUnavailableException(
                $"Task hub '{_options.TaskHub}' has not taken work since {problem.Since:u} ({problem.Reason}). Nothing was started or sent.");
        }
    }

    private async Task<bool> WithinResponseTimeoutAsync(Task<bool> response, string otherwise)
    {
        var start = _timeProvider.GetTimestamp();
        while (true)
        {
            try
            {
                return await response.WaitAsync(OutageTimeout, _timeProvider);
            }
            catch (TimeoutException exception)
            {
                var elapsed = _timeProvider.GetElapsedTime(start);
                if (_health.WriteProblem is not null || elapsed >= ResponseTimeout)
                {
                    throw new TaskHubUnavailableException(
                        $"Task hub '{_options.TaskHub}' has not responded for {elapsed.TotalSeconds:F0} s. {otherwise}", exception);
                }
            }
        }
    }

    private static string? PayloadOf(HistoryEvent e) => e switch
    {
        EventRaisedEvent raised => raised.Input,
        ExecutionTerminatedEvent terminated => terminated.Input,
        ExecutionSuspendedEvent suspended => suspended.Reason,
        ExecutionResumedEvent resumed => resumed.Reason,
        _ => null,
    };
}
