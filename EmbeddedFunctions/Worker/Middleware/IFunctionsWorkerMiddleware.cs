namespace Microsoft.Azure.Functions.Worker.Middleware;

/// <summary>Runs around each invocation.</summary>
public interface IFunctionsWorkerMiddleware
{
    /// <summary>Handles an invocation; <paramref name="next"/> is the rest of the way to the function.</summary>
    Task Invoke(FunctionContext context, FunctionExecutionDelegate next);
}
