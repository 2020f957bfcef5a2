using EmbeddedHost.Configuration;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace EmbeddedHost.Functions;

/// <summary>Collects the app's middleware and services in place of the official host's builder.</summary>
internal sealed class FunctionPipelineBuilder(IServiceCollection services) : IFunctionsWorkerApplicationBuilder
{
    private readonly List<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> _middleware = [];

    public IServiceCollection Services => services;

    public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware)
    {
        _middleware.Add(middleware);
        return this;
    }

    /// <summary>All middleware, the first added outermost, around the function.</summary>
    public FunctionExecutionDelegate Build()
    {
        FunctionExecutionDelegate function = static async context =>
        {
            var invocation = (FunctionInvocation)context;
            invocation.Result = await invocation.Call(invocation);
        };
        return Enumerable.Reverse(_middleware).Aggregate(function, (next, add) => add(next));
    }
}

/// <summary>Runs invocations through the app's middleware.</summary>
internal sealed class FunctionPipeline(FunctionExecutionDelegate run, HostJson hostJson, TimeProvider timeProvider)
{
    /// <summary>Runs an invocation on the caller's synchronization context, for as long as it takes.</summary>
    /// <returns>What the function returned.</returns>
    public async Task<object?> RunAsync(FunctionInvocation invocation)
    {
        await run(invocation);
        return invocation.Result;
    }

    /// <summary>Runs an invocation whose token is canceled after host.json's <c>functionTimeout</c>, too.</summary>
    /// <param name="create">Makes the invocation with its token.</param>
    /// <param name="cancellationToken">The other reason to cancel it.</param>
    /// <exception cref="TimeoutException">The function ended because its time was over.</exception>
    public async Task<object?> RunAsync(Func<CancellationToken, FunctionInvocation> create, CancellationToken cancellationToken)
    {
        if (hostJson.FunctionTimeout is not { } timeout) return await RunAsync(create(cancellationToken));

        using var limit = new CancellationTokenSource(timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var invocation = create(either.Token);
        try
        {
            return await RunAsync(invocation);
        }
        catch (OperationCanceledException exception) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"Function '{invocation.FunctionDefinition.Name}' ran longer than host.json's functionTimeout of {timeout:c}.", exception);
        }
    }
}
