using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;

namespace EmbeddedFunctions.Invocation;

/// <summary>The way of every invocation: through the middleware, in the order in which it was added, to the function.</summary>
internal sealed class FunctionPipeline
{
    /// <summary>What a function gets to notice that its time is up before it is given up.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly FunctionExecutionDelegate _start;
    private readonly TimeSpan? _timeout;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<FunctionPipeline> _logger;

    public FunctionPipeline(
        IEnumerable<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware,
        HostJson hostJson,
        TimeProvider timeProvider,
        ILogger<FunctionPipeline> logger)
    {
        FunctionExecutionDelegate next = static context => context switch
        {
            EmbeddedFunctionContext { Life: { } orchestrator } episode => orchestrator.ContinueAsync(episode),
            EmbeddedFunctionContext invocation => invocation.Function.ExecuteAsync(invocation),
            _ => ExecuteForeignAsync(context),
        };
        _start = middleware.Reverse().Aggregate(next, (rest, add) => add(rest));
        HasMiddleware = !ReferenceEquals(_start, next);
        _timeout = hostJson.FunctionTimeout;
        _timeProvider = timeProvider;
        _logger = logger;
    }

    /// <summary>Whether anything runs around the functions.</summary>
    public bool HasMiddleware { get; }

    /// <summary>Runs an invocation on the caller's synchronization context, for as long as it takes.</summary>
    public Task RunAsync(EmbeddedFunctionContext context) => _start(context);

    /// <summary>
    /// Runs an invocation within the time that host.json allows, and ends its scope. When the time is up its token is cancelled; if it then
    /// goes on all the same, it is left to itself and its scope ends when it does.
    /// </summary>
    /// <param name="create">Makes the invocation, given its cancellation token.</param>
    /// <param name="take">Takes the invocation's result, before its scope ends.</param>
    /// <param name="cancellationToken">Cancelled when nobody waits for the result any more.</param>
    /// <exception cref="FunctionTimeoutException">The time was up.</exception>
    public async Task<T> RunAsync<T>(
        Func<CancellationToken, EmbeddedFunctionContext> create,
        Func<EmbeddedFunctionContext, T> take,
        CancellationToken cancellationToken)
    {
        if (_timeout is not { } timeout)
        {
            await using var context = create(cancellationToken);
            await _start(context);
            if (context.Finish is { } finish) await finish(context);
            return take(context);
        }

        using var limit = new CancellationTokenSource(timeout, _timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var limited = create(either.Token);
        var run = RunAndTakeAsync(limited, take);
        if (run.IsCompleted) return await run;

        var timeUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (limit.Token.UnsafeRegister(static source => ((TaskCompletionSource)source!).TrySetResult(), timeUp))
        {
            await Task.WhenAny(run, timeUp.Task);
        }

        if (!limit.IsCancellationRequested) return await run;
        await Task.WhenAny(run, Task.Delay(Grace, _timeProvider, CancellationToken.None));
        if (run.IsCompletedSuccessfully) return await run;
        if (!run.IsCompleted)
        {
            _logger.LogWarning("Function '{Function}' goes on although its time of {Timeout} is up", limited.Function.Name, timeout);
        }

        // Nobody awaits what is left to itself; its exception is not to count as unobserved.
        _ = run.ContinueWith(static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        throw new FunctionTimeoutException(limited.Function.Name, timeout) { Remaining = run };
    }

    private async Task<T> RunAndTakeAsync<T>(EmbeddedFunctionContext context, Func<EmbeddedFunctionContext, T> take)
    {
        await using (context)
        {
            await _start(context);
            if (context.Finish is { } finish) await finish(context);
            return take(context);
        }
    }

    private static Task ExecuteForeignAsync(FunctionContext context) => throw new InvalidOperationException(
        $"Middleware handed on a {context.GetType()} instead of the invocation it was given.");
}
