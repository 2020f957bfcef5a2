using EmbeddedFunctions.Engine;
using EmbeddedFunctions.Engine.Orchestration;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.Logging;

namespace EmbeddedFunctions.Invocation;

/// <summary>
/// An orchestrator function in memory. The function is called once and then stays at its awaits; the middleware runs around each of its
/// episodes, from its beginning and with a new invocation.
/// </summary>
/// <remarks>
/// As on the official host the rest of the way never returns in an episode that does not finish the function: no code behind it runs, and
/// nothing refers to what waits for it once the episode is over. Without middleware there are no episodes.
/// </remarks>
internal sealed class OrchestratorLife(
    FunctionEntry function,
    TaskOrchestrationContext orchestration,
    IServiceProvider services,
    FunctionPipeline pipeline,
    ILogger logger) : IOrchestratorLife
{
    private EmbeddedFunctionContext? _episode;
    private EmbeddedFunctionContext? _called;
    private TaskCompletionSource? _next;
    private Task? _function;
    private object? _result;

    public bool HasEpisodes => pipeline.HasMiddleware;

    /// <summary>The invocation of the episode under way: what the function itself takes for its context.</summary>
    public EmbeddedFunctionContext Episode => _episode ?? _called ?? throw new InvalidOperationException("The orchestrator is not running.");

    /// <summary>The function's context, which is the invocation of whatever episode it is asked in.</summary>
    public FunctionContext FunctionContext => field ??= new EpisodeFunctionContext(this);

    // Nothing here may leave the orchestration's scheduler: no await of anything but middleware and the function itself.
    public async Task<string?> RunEpisodeAsync()
    {
        var episode = _episode = new EmbeddedFunctionContext(function, services, CancellationToken.None)
        {
            Orchestration = orchestration,
            Life = HasEpisodes ? this : null,
        };
        try
        {
            var way = pipeline.RunAsync(episode);
            if (HasEpisodes && !way.IsCompleted && _next is null) throw new InvalidOperationException(OrchestrationRun.IllegalAsync);
            await way;

            // As on the official worker what is returned is written by its own type; inside it, declared types rule.
            return JsonDataConverter.Worker.Serialize(episode.ReturnValue);
        }
        finally
        {
            EndScope(episode);
            if (_function is { IsCompleted: true } && _called is { } called) EndScope(called);
        }
    }

    /// <summary>The end of the middleware's way: calls the function, or lets it go on.</summary>
    /// <returns>Ends when the function does, in this episode; never in an episode that does not finish it.</returns>
    public Task ContinueAsync(EmbeddedFunctionContext episode)
    {
        if (_function is null)
        {
            // Its object and services last as long as the function does.
            _called = episode;
            _function = function.ExecuteAsync(episode);
            _result = episode.ReturnValue;
            if (!_function.IsCompleted) _ = FinishAsync(_function, episode);
        }

        if (!_function.IsCompleted) return (_next ??= new TaskCompletionSource()).Task;
        episode.ReturnValue = _result;
        return _function;
    }

    public void EndEpisode()
    {
        if (!HasEpisodes) return;
        _next = null;
        if (_episode is { } episode && !ReferenceEquals(episode, _called)) EndScope(episode);
        _episode = null;
    }

    public void Dispose()
    {
        EndEpisode();
        if ((_called ?? _episode) is { } last) EndScope(last);
    }

    private async Task FinishAsync(Task call, EmbeddedFunctionContext called)
    {
        await call.ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
        _result = called.ReturnValue;
        if (_episode is { } episode) episode.ReturnValue = _result;
        _next?.TrySetFromTask(call);
    }

    /// <summary>Ends an invocation's scope without waiting: waiting for a service's disposal would leave the orchestration's scheduler.</summary>
    private void EndScope(EmbeddedFunctionContext invocation)
    {
        var end = invocation.DisposeAsync();
        if (!end.IsCompletedSuccessfully) _ = LogAsync(end.AsTask());
    }

    private Task LogAsync(Task end) => end.ContinueWith(
        failed => logger.LogError(failed.Exception, "The services of orchestrator '{Function}' could not be disposed", function.Name),
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted,
        TaskScheduler.Default);
}
