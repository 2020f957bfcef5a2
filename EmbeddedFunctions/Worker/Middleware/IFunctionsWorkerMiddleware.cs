namespace Microsoft.Azure.Functions.Worker.Middleware;

/// <summary>Code around invocations.</summary>
public interface IFunctionsWorkerMiddleware
{
    /// <summary>Runs around an invocation; <paramref name="next"/> is the rest of it.</summary>
    Task Invoke(FunctionContext context, FunctionExecutionDelegate next);
}
