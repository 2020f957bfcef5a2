using System.Diagnostics;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace EmbeddedFunctions.Engine.Orchestration;

/// <summary>Runs activities, at most so many at once; more wait in the order they came.</summary>
internal sealed class ActivityDispatcher(
    IDurableFunctions functions,
    EngineOptions options,
    EngineMetrics metrics,
    ILogger<ActivityDispatcher> logger)
{
    private readonly Lock _gate = new();
    private readonly Queue<ActivityExecution> _waiting = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;
    private bool _stopping;

    /// <summary>Activities that wait for a free place.</summary>
    public int Backlog
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Takes a free place for the execution, which the caller then has to <see cref="Start"/> or <see cref="Run"/>.</summary>
    /// <returns><see langword="false"/> when it waits its turn, or is not to start any more.</returns>
    public bool TryEnter(ActivityExecution execution)
    {
        lock (_gate)
        {
            if (_stopping)
            {
                return false;
            }

            if (_running >= options.MaxConcurrentActivities)
            {
                _waiting.Enqueue(execution);
                return false;
            }

            _running++;
            return true;
        }
    }

    /// <summary>Runs an execution that has its place on a thread of the pool.</summary>
    public void Start(ActivityExecution execution) =>
        ThreadPool.UnsafeQueueUserWorkItem(static s => s.Dispatcher.Run(s.Execution), (Dispatcher: this, Execution: execution), preferLocal: false);

    /// <summary>Runs an execution that has its place on this thread, as far as it goes without waiting.</summary>
    public void Run(ActivityExecution execution) => _ = RunAsync(execution);

    /// <summary>Starts no more and forgets those that wait; ends when those that run have ended.</summary>
    public Task StopAsync()
    {
        lock (_gate)
        {
            _stopping = true;
            _waiting.Clear();
            if (_running == 0)
            {
                _drained.TrySetResult();
            }
        }

        return _drained.Task;
    }

    private async Task RunAsync(ActivityExecution execution)
    {
        var action = execution.Action;
        ActivityEnded? ended = null;
        if (!execution.IsCanceled)
        {
            string? data = null;
            TaskFailureDetails? failure = null;
            try
            {
                data = await InvokeAsync(execution);
                PayloadLimit.Check(data, options.MaxPayloadBytes, $"The result of activity '{action.Name}'");
            }
            catch (Exception exception)
            {
                // Whatever an activity throws is its outcome; the orchestrator decides what it means.
                logger.LogDebug(exception, "Activity {Activity} of {InstanceId} failed", action.Name, execution.Instance.Id);
                failure = TaskFailureDetails.FromException(exception);
            }

            metrics.ActivityExecuted(failure is null);
            ended = new ActivityEnded(execution.Run, action.TaskId, data, failure);
        }

        execution.Dispose();
        Next();
        if (ended is not null)
        {
            // This thread has nothing else to do: the orchestrator goes on here rather than wait for another.
            execution.Instance.PostHere(ended);
        }
    }

    /// <remarks>As on the official host an activity is told of a trace only where there is telemetry.</remarks>
    private Task<string?> InvokeAsync(ActivityExecution execution)
    {
        if (!functions.HasActivity(execution.Action.Name))
        {
            throw new InvalidOperationException($"The function '{execution.Action.Name}' doesn't exist, is disabled, or is not an activity function.");
        }

        return EngineMetrics.Traces.HasListeners() ? InvokeTracedAsync(execution) : InvokeAsync(execution, traceParent: null);
    }

    private async Task<string?> InvokeTracedAsync(ActivityExecution execution)
    {
        var action = execution.Action;
        using var span = EngineMetrics.Traces.StartActivity($"activity:{action.Name}", ActivityKind.Internal, execution.Instance.TraceParent);
        span?.SetTag("durabletask.task.instance_id", execution.Instance.Id);
        span?.SetTag("durabletask.task.task_id", action.TaskId);
        try
        {
            return await InvokeAsync(execution, span?.Id ?? execution.Instance.TraceParent);
        }
        catch (Exception exception)
        {
            span?.SetStatus(ActivityStatusCode.Error, exception.Message);
            throw;
        }
    }

    private Task<string?> InvokeAsync(ActivityExecution execution, string? traceParent) => functions.RunActivityAsync(
        new ActivityInvocation(execution.Action.Name, execution.Instance.Id, execution.Action.TaskId, execution.Action.Input, traceParent),
        execution.CancellationToken);

    private void Next()
    {
        ActivityExecution? next;
        lock (_gate)
        {
            if (!_waiting.TryDequeue(out next))
            {
                _running--;
                if (_stopping && _running == 0)
                {
                    _drained.TrySetResult();
                }

                return;
            }
        }

        Start(next);
    }
}

/// <summary>One activity on its way through the dispatcher.</summary>
internal sealed class ActivityExecution(LiveInstance instance, int run, ActivityAction action) : IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();

    public LiveInstance Instance { get; } = instance;

    /// <summary>Which run of the instance asked for it.</summary>
    public int Run { get; } = run;

    public ActivityAction Action { get; } = action;

    public CancellationToken CancellationToken => _cancellation.Token;

    public bool IsCanceled { get; private set; }

    /// <summary>Its orchestration has ended: nobody waits for the result any more.</summary>
    public void Cancel()
    {
        IsCanceled = true;
        try
        {
            _cancellation.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended at the same moment.
        }
    }

    public void Dispose() => _cancellation.Dispose();
}
