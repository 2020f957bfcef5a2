using Microsoft.DurableTask;

namespace EmbeddedFunctions.Engine.Orchestration;

/// <summary>Attempts of one call under a retry policy or a retry handler, in the orchestrator's own time.</summary>
/// <remarks>
/// Delay n is <c>first × coefficient^(n-1)</c>, at most the policy's maximum interval; the waits are durable timers. A handler is asked
/// after every failure and there is no wait but the one that it awaits itself.
/// </remarks>
internal static class RetryLoop
{
    public static Task<T> RunAsync<T>(TaskOrchestrationContext context, TaskRetryOptions? retry, Func<Task<T>> attempt) => retry switch
    {
        { Policy: { } policy } => RunAsync(context, policy, attempt),
        { Handler: { } handler } => RunAsync(context, handler, attempt),
        _ => attempt(),
    };

    private static async Task<T> RunAsync<T>(TaskOrchestrationContext context, RetryPolicy policy, Func<Task<T>> attempt)
    {
        var first = context.CurrentUtcDateTime;
        for (var number = 1; ; number++)
        {
            try
            {
                return await attempt();
            }
            catch (TaskFailedException failure)
            {
                if (!policy.ShouldRetry(failure.FailureDetails)
                    || number >= policy.MaxNumberOfAttempts
                    || HasTimedOut(policy, first, context.CurrentUtcDateTime))
                {
                    throw;
                }
            }

            await context.CreateTimer(context.CurrentUtcDateTime + policy.DelayBefore(number), CancellationToken.None);
        }
    }

    private static async Task<T> RunAsync<T>(TaskOrchestrationContext context, AsyncRetryHandler handler, Func<Task<T>> attempt)
    {
        var first = context.CurrentUtcDateTime;
        for (var number = 1; ; number++)
        {
            TaskFailedException failure;
            try
            {
                return await attempt();
            }
            catch (TaskFailedException exception)
            {
                failure = exception;
            }

            var again = await handler(new RetryContext(
                context,
                number,
                failure.FailureDetails,
                context.CurrentUtcDateTime - first,
                CancellationToken.None));
            if (!again)
            {
                throw failure;
            }
        }
    }

    private static bool HasTimedOut(RetryPolicy policy, DateTime first, DateTime now) =>
        policy.RetryTimeout != Timeout.InfiniteTimeSpan
        && policy.RetryTimeout < DateTime.MaxValue - first
        && now >= first + policy.RetryTimeout;
}
