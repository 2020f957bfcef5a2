using System.Runtime.ExceptionServices;
using Microsoft.DurableTask;

namespace EmbeddedFunctions.Engine.Orchestration;

/// <summary>Attempts of one call under a retry policy or a retry handler, in the orchestrator's own time.</summary>
/// <remarks>
/// Delay n is <c>first × coefficient^(n-1)</c>, at most the policy's maximum interval; the waits are durable timers. A handler is asked
/// after every failure and there is no wait but the one that it awaits itself.
/// </remarks>
internal static class RetryLoop
{
    public static Task<T> RunAsync<T>(EmbeddedOrchestrationContext context, TaskRetryOptions? retry, Func<Task<T>> attempt) => retry switch
    {
        { Policy: { } policy } => RunAsync(context, policy, attempt),
        { Handler: { } handler } => RunAsync(context, handler, attempt),
        _ => attempt(),
    };

    private static async Task<T> RunAsync<T>(EmbeddedOrchestrationContext context, RetryPolicy policy, Func<Task<T>> attempt)
    {
        var first = context.CurrentUtcDateTime;
        for (var number = 1; ; number++)
        {
            Exception failure;
            try
            {
                return await attempt();
            }
            catch (Exception exception) when (exception is not NonDeterministicOrchestrationException)
            {
                // A result of another type counts as a failure of its attempt, as on the official engine.
                failure = exception;
            }

            if (number == policy.MaxNumberOfAttempts)
            {
                // The official engine sets a timer after the last attempt too, one of no length: what follows has the number after it.
                await context.CreateTimerUnlessRecordedOtherwise(context.CurrentUtcDateTime);
                throw Again(failure);
            }

            if (!ShouldRetry(policy, failure) || HasTimedOut(policy, first, context.CurrentUtcDateTime)) throw Again(failure);

            await context.CreateTimer(context.CurrentUtcDateTime + policy.DelayBefore(number), CancellationToken.None);
        }
    }

    private static async Task<T> RunAsync<T>(EmbeddedOrchestrationContext context, AsyncRetryHandler handler, Func<Task<T>> attempt)
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
            if (!again) throw Again(failure);
        }
    }

    /// <summary>What the policy answers; one that throws has not said yes, and hides the failure of nobody.</summary>
    private static bool ShouldRetry(RetryPolicy policy, Exception failure)
    {
        try
        {
            return policy.Handle(failure);
        }
        catch (Exception)
        {
            return false;
        }
    }

    /// <summary>Throws the attempt's own exception with the trace that it has.</summary>
    private static Exception Again(Exception failure)
    {
        ExceptionDispatchInfo.Throw(failure);
        return failure;
    }

    private static bool HasTimedOut(RetryPolicy policy, DateTime first, DateTime now) =>
        policy.RetryTimeout != Timeout.InfiniteTimeSpan
        && policy.RetryTimeout < DateTime.MaxValue - first
        && now >= first + policy.RetryTimeout;
}
