using Microsoft.DurableTask.Abstractions;
using Microsoft.Extensions.Logging;

namespace Microsoft.DurableTask;

/// <summary>What an orchestrator works with. Everything an orchestrator awaits comes from here.</summary>
/// <remarks>Orchestrators are run again from their start after a restart: they must be deterministic.</remarks>
public abstract class TaskOrchestrationContext
{
    private ILoggerFactory? _replaySafeLoggerFactory;

    /// <summary>The orchestrator's name, as the caller spelt it.</summary>
    public abstract TaskName Name { get; }

    /// <summary>The instance's id.</summary>
    public abstract string InstanceId { get; }

    /// <summary>The orchestration that called this one; <see langword="null"/> at the top.</summary>
    public abstract ParentOrchestrationInstance? Parent { get; }

    /// <summary>The time, in UTC, as of the last step; the same again in a replay.</summary>
    public abstract DateTime CurrentUtcDateTime { get; }

    /// <summary>Whether the code at this point has run before.</summary>
    public abstract bool IsReplaying { get; }

    /// <summary>The instance's version; empty for none.</summary>
    public virtual string Version => string.Empty;

    /// <summary>Configuration values of the worker for the orchestration.</summary>
    public virtual IReadOnlyDictionary<string, object?> Properties { get; } = new Dictionary<string, object?>();

    /// <summary>Makes loggers that write only where the code runs for the first time.</summary>
    public virtual ILoggerFactory ReplaySafeLoggerFactory => _replaySafeLoggerFactory ??= new ReplayAwareLoggerFactory(this, () => LoggerFactory);

    /// <summary>Makes the loggers behind the replay-safe ones.</summary>
    protected abstract ILoggerFactory LoggerFactory { get; }

    /// <summary>The instance's input; the type's default for none.</summary>
    /// <exception cref="System.Text.Json.JsonException">The input does not fit the type.</exception>
    public abstract T? GetInput<T>();

    /// <summary>Calls an activity.</summary>
    /// <exception cref="TaskFailedException">The activity failed, in its last attempt.</exception>
    public virtual Task CallActivityAsync(TaskName name, object? input = null, TaskOptions? options = null)
        => CallActivityAsync<object>(name, input, options);

    /// <summary>Calls an activity without input.</summary>
    /// <exception cref="TaskFailedException">The activity failed, in its last attempt.</exception>
    public virtual Task CallActivityAsync(TaskName name, TaskOptions options) => CallActivityAsync(name, null, options);

    /// <summary>Calls an activity without input for its result.</summary>
    /// <exception cref="TaskFailedException">The activity failed, in its last attempt.</exception>
    public virtual Task<TResult> CallActivityAsync<TResult>(TaskName name, TaskOptions options)
        => CallActivityAsync<TResult>(name, null, options);

    /// <summary>Calls an activity for its result.</summary>
    /// <exception cref="TaskFailedException">The activity failed, in its last attempt.</exception>
    public abstract Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null);

    /// <summary>Waits durably for a time span from <see cref="CurrentUtcDateTime"/> on.</summary>
    /// <exception cref="TaskCanceledException">The wait was cancelled.</exception>
    public virtual Task CreateTimer(TimeSpan delay, CancellationToken cancellationToken)
        => CreateTimer(CurrentUtcDateTime + delay, cancellationToken);

    /// <summary>Waits durably until a time in UTC; one in the past is over at once.</summary>
    /// <exception cref="TaskCanceledException">The wait was cancelled.</exception>
    public abstract Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken);

    /// <summary>Waits for an event, or takes the oldest one of that name that came before. Names match without regard to case.</summary>
    /// <exception cref="TaskCanceledException">The wait was cancelled.</exception>
    public abstract Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default);

    /// <summary>Waits for an event, for a limited time.</summary>
    /// <exception cref="TaskCanceledException">The event did not come in time.</exception>
    public Task<T> WaitForExternalEvent<T>(string eventName, TimeSpan timeout)
        => WaitForExternalEvent<T>(eventName, timeout, CancellationToken.None);

    /// <summary>Waits for an event, for a limited time, by a durable timer that is cancelled when the event came first.</summary>
    /// <exception cref="TaskCanceledException">The event did not come in time, or the wait was cancelled.</exception>
    public async Task<T> WaitForExternalEvent<T>(string eventName, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var timerEnd = new CancellationTokenSource();
        using var waitEnd = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var timer = CreateTimer(timeout, timerEnd.Token);
        var wait = WaitForExternalEvent<T>(eventName, waitEnd.Token);

        // Cancelling in place, not by CancelAsync: its thread pool hop would leave the orchestration's own scheduler.
#pragma warning disable CA1849, MA0042
        var first = await Task.WhenAny(timer, wait);
        (first == wait ? timerEnd : waitEnd).Cancel();
#pragma warning restore CA1849, MA0042
        return await wait;
    }

    /// <summary>Sends an event to another instance; one that does not exist is passed over.</summary>
    public abstract void SendEvent(string instanceId, string eventName, object payload);

    /// <summary>Sets the status that clients see; <see langword="null"/> for none.</summary>
    public abstract void SetCustomStatus(object? customStatus);

    /// <summary>Calls a sub-orchestration for its result.</summary>
    /// <exception cref="TaskFailedException">The sub-orchestration failed, in its last attempt.</exception>
    public abstract Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null);

    /// <summary>Calls a sub-orchestration without input for its result.</summary>
    /// <exception cref="TaskFailedException">The sub-orchestration failed, in its last attempt.</exception>
    public virtual Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, TaskOptions options)
        => CallSubOrchestratorAsync<TResult>(orchestratorName, null, options);

    /// <summary>Calls a sub-orchestration without input.</summary>
    /// <exception cref="TaskFailedException">The sub-orchestration failed, in its last attempt.</exception>
    public virtual Task CallSubOrchestratorAsync(TaskName orchestratorName, TaskOptions options)
        => CallSubOrchestratorAsync(orchestratorName, null, options);

    /// <summary>Calls a sub-orchestration.</summary>
    /// <exception cref="TaskFailedException">The sub-orchestration failed, in its last attempt.</exception>
    public virtual Task CallSubOrchestratorAsync(TaskName orchestratorName, object? input = null, TaskOptions? options = null)
        => CallSubOrchestratorAsync<object>(orchestratorName, input, options);

    /// <summary>Starts the instance over, with a fresh history, once the orchestrator returns. What it returns is then ignored.</summary>
    /// <param name="newInput">The next run's input.</param>
    /// <param name="preserveUnprocessedEvents">Whether events that nobody has taken yet are kept for the next run.</param>
    public abstract void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true);

    /// <summary>Starts the instance over. A context that knows no versions leaves the new version aside.</summary>
    public virtual void ContinueAsNew(ContinueAsNewOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ContinueAsNew(options.NewInput, options.PreserveUnprocessedEvents);
    }

    /// <summary>A new unique id; the same again in a replay.</summary>
    public abstract Guid NewGuid();

    /// <summary>A logger that writes only where the code runs for the first time.</summary>
    public virtual ILogger CreateReplaySafeLogger(string categoryName)
        => new ReplaySafeLogger(this, ReplayAwareLoggerFactory.Unwrap(LoggerFactory).CreateLogger(categoryName));

    /// <summary>A logger that writes only where the code runs for the first time; its category is the type's full name.</summary>
    public virtual ILogger CreateReplaySafeLogger(Type type)
        => new ReplaySafeLogger(this, ReplayAwareLoggerFactory.Unwrap(LoggerFactory).CreateLogger(type));

    /// <summary>A logger that writes only where the code runs for the first time; its category is the type's full name.</summary>
    public virtual ILogger CreateReplaySafeLogger<T>()
        => new ReplaySafeLogger(this, ReplayAwareLoggerFactory.Unwrap(LoggerFactory).CreateLogger<T>());

    /// <summary>Compares the instance's version to another: below, at or above zero as it is before, equal to or after it.</summary>
    public virtual int CompareVersionTo(string version) => TaskOrchestrationVersioningUtils.CompareVersions(Version, version);
}
