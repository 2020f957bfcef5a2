using Atelier.Durable;

namespace Atelier.Campaigns.Workflow.Jobs;

/// <summary>
/// The delay after an attempt that several activities make together. No retry policy of the engine spans them, so the recorded delay
/// is passed on with the failure, and the orchestrator waits for it.
/// </summary>
internal static class AttemptSpacing
{
    /// <summary>The failure with its delay.</summary>
    public static ActivityFailedException Of(PartInput input, PartAttempt attempt, ActivityFailedException failed)
    {
        if (failed.Failure is not { CanRetry: true, Wait: null })
            return failed;
        var made = attempt.Call.Attempt - input.FirstAttempt + 1;
        return new ActivityFailedException(failed.Failure with { Wait = new RetryWait(RetrySchedule.PolicyDelay(input.Retry, made), made) });
    }
}
