using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.Core.Middleware;
using DurableTask.PostgreSQL.Sessions;
using Microsoft.Extensions.DependencyInjection;

namespace DurableTask.PostgreSQL.Worker;

/// <summary>
/// An orchestration with a scope of services that lives as long as its extended session. It also notices code that awaits something that is not
/// durable: such code goes on outside of an episode, where the framework cannot record what it does.
/// </summary>
internal sealed class ScopedOrchestration(string name, ScopedTasks tasks) : TaskOrchestration, IAsyncDisposable
{
    internal const string IllegalAwaitMessage =
        "An invalid asynchronous invocation was detected. This can be caused by awaiting non-durable tasks in an orchestrator function's "
        + "implementation or by middleware that invokes asynchronous code.";

    private readonly TaskCompletionSource<string> _result = new();
    private AsyncServiceScope? _scope;
    private OrchestrationRuntimeState? _state;
    private OrchestrationSession? _session;
    private TaskOrchestration? _orchestration;

    /// <summary>
    /// The dispatcher's middleware: gives the orchestration what the object manager could not. A next generation of a version that is for other nodes
    /// is not run: it is stored as it begins, and released.
    /// </summary>
    public static Task PrepareAsync(DispatchMiddlewareContext context, VersionFilter versions, Func<Task> next)
    {
        if (versions.Rejects(context.GetProperty<OrchestrationRuntimeState>().Version ?? string.Empty))
        {
            return Task.CompletedTask;
        }

        if (context.GetProperty<TaskOrchestration>() is ScopedOrchestration { _state: null } orchestration)
        {
            orchestration._state = context.GetProperty<OrchestrationRuntimeState>();
            if (context.GetProperty<TaskOrchestrationWorkItem>() is SessionWorkItem workItem)
            {
                // A work item can run several generations, one after the other; the earlier ones have ended.
                var earlier = workItem.Resources;
                workItem.Resources = orchestration;
                orchestration._session = workItem.Session as OrchestrationSession;
                if (earlier is not null)
                {
                    return DisposeThenAsync(earlier, next);
                }
            }
        }

        return next();
    }

    public override Task<string> Execute(OrchestrationContext context, string input)
    {
        _scope = tasks.CreateScope();
        var previous = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(new EpisodeSynchronizationContext(previous!, OnLeftEpisode));
        try
        {
            _orchestration = tasks.CreateOrchestration(name, _scope.Value.ServiceProvider, _state!);
            _ = _orchestration.Execute(context, input).ContinueWith(
                OnEnded, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
        catch (Exception exception)
        {
            // A failure to create an orchestrator fails its orchestration: the framework would retry for ever.
            _result.TrySetException(exception);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(previous);
        }

        return _result.Task;
    }

    public override string GetStatus() => _orchestration?.GetStatus()!;

    public override void RaiseEvent(OrchestrationContext context, string name, string input) => _orchestration?.RaiseEvent(context, name, input);

    public async ValueTask DisposeAsync()
    {
        if (_scope is { } scope)
        {
            _scope = null;
            await scope.DisposeAsync();
        }
    }

    private static async Task DisposeThenAsync(IAsyncDisposable resources, Func<Task> next)
    {
        await resources.DisposeAsync();
        await next();
    }

    private void OnEnded(Task<string> run)
    {
        if (!OrchestrationContext.IsOrchestratorThread)
        {
            OnLeftEpisode();
        }
        else if (run.IsCompletedSuccessfully)
        {
            _result.TrySetResult(run.Result);
        }
        else
        {
            _result.TrySetException(run.Exception?.InnerExceptions ?? (IEnumerable<Exception>)[new TaskCanceledException(run)]);
        }
    }

    /// <summary>The code went on outside of an episode: it fails, in an episode started by an empty message.</summary>
    private void OnLeftEpisode()
    {
        if (_result.TrySetException(new InvalidOperationException(IllegalAwaitMessage)))
        {
            _session?.Post(new SessionMessage(new GenericEvent(-1, IllegalAwaitMessage)));
        }
    }
}
