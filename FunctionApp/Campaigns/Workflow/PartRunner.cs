using Atelier.Campaigns.Control;
using Atelier.Durable;
using Atelier.Generation;
using Atelier.Outages;
using Atelier.Persistence;
using Atelier.Telemetry;

namespace Atelier.Campaigns.Workflow;

/// <summary>One execution of a part's activity: records the attempt, makes the part, and records the outcome.</summary>
public sealed class PartRunner(
    AttemptStore attempts, UnrecordedResults unrecorded, CampaignCancellationRegistry cancellations, ILogger<PartRunner> logger)
{
    /// <summary>Runs an attempt, unless the part is already complete.</summary>
    /// <param name="input">The part.</param>
    /// <param name="make">
    /// Calls the provider and stores what it has made. Its token is also canceled when any process cancels the campaign.
    /// </param>
    /// <param name="cancellationToken">The host stops: the attempt stays open, and its repetition takes its number.</param>
    /// <returns>The campaign's status since; <see langword="null"/> where it is not known.</returns>
    /// <exception cref="ActivityFailedException">The attempt has failed, and the failure is recorded.</exception>
    /// <exception cref="OutageException">
    /// The database or the image store is away. The attempt stays open: its repetition takes its number, and its result if there is one.
    /// </exception>
    public async Task<string?> RunAsync(
        PartInput input,
        Func<PartAttempt, CancellationToken, Task<PartResult>> make,
        CancellationToken cancellationToken)
    {
        // Registered before the campaign is read, so that no cancellation after that is missed.
        using var work = cancellations.Register(input.CampaignId, input.VersionName, cancellationToken);
        if (await attempts.BeginAsync(input, cancellationToken) is not { } attempt)
        {
            logger.LogInformation("{Part} of campaign {CampaignId} needs no attempt.", input.Part, input.CampaignId);
            return null;
        }

        using var scope = logger.BeginAttemptScope(attempt.Call, attempt.Provider);
        logger.LogInformation(
            "Attempt {Attempt} at {Part} of campaign {CampaignId} begins with {Provider}.",
            attempt.Call.Attempt, input.Part, input.CampaignId, attempt.Provider);
        PartResult result;
        try
        {
            result = unrecorded.Find(attempt.Call) ?? await make(attempt, work.Token);
        }
        catch (Exception exception) when (work.IsCanceled && !cancellationToken.IsCancellationRequested)
        {
            logger.LogInformation(
                exception, "Attempt {Attempt} at {Part} of campaign {CampaignId} ends: the campaign was canceled.",
                attempt.Call.Attempt, input.Part, input.CampaignId);
            return null;
        }
        catch (Exception exception) when (exception is not OutageException && !cancellationToken.IsCancellationRequested)
        {
            throw await FailAsync(input, attempt, exception, cancellationToken);
        }
        var status = await CompleteAsync(input, attempt, result, cancellationToken);
        AtelierMeter.Attempted(attempt.Provider, KindOf(input), code: null);
        logger.LogInformation("Attempt {Attempt} at {Part} of campaign {CampaignId} succeeded.", attempt.Call.Attempt, input.Part, input.CampaignId);
        return status;
    }

    private async Task<string?> CompleteAsync(PartInput input, PartAttempt attempt, PartResult result, CancellationToken cancellationToken)
    {
        try
        {
            var status = await attempts.CompleteAsync(input, attempt, result, cancellationToken);
            unrecorded.Remove(attempt.Call);
            return status;
        }
        catch (OutageException)
        {
            unrecorded.Add(attempt.Call, result);
            throw;
        }
    }

    /// <summary>Records and logs that an attempt failed.</summary>
    /// <returns>What ends the activity.</returns>
    internal async Task<ActivityFailedException> FailAsync(
        PartInput input, PartAttempt attempt, Exception exception, CancellationToken cancellationToken)
    {
        var failure = exception switch
        {
            GenerationException generation => ActivityFailure.From(generation),
            ActivityFailedException part => part.Failure,
            _ => ActivityFailure.Unforeseen(),
        };
        var retryAfter = (exception as GenerationException)?.RetryAfter;
        if (exception is GenerationException { Hold: { } hold, RetryAfter: { } held }
            && await attempts.HoldBackAsync(input, attempt, new PartWait(hold.Provider, hold.Until, hold.Reason), cancellationToken) is { } used)
        {
            logger.LogInformation(
                "{Part} of campaign {CampaignId} waits {Wait} for {Provider}, which asked to wait.",
                input.Part, input.CampaignId, held, attempt.Provider);
            return new ActivityFailedException(failure with { Wait = new RetryWait(held, used) });
        }
        var delay = await attempts.FailAsync(input, attempt, failure, retryAfter, cancellationToken);
        AtelierMeter.Attempted(attempt.Provider, KindOf(input), failure.Code);

        // A provider's failure is expected; any other exception is logged with its stack trace.
        var unexpected = exception is GenerationException ? null : exception;
        if (delay is { } known)
        {
            logger.LogWarning(
                unexpected,
                "Attempt {Attempt} at {Part} of campaign {CampaignId} by {Provider} failed with {Code}: {Reason} The next attempt follows in {RetryInMs} ms.",
                attempt.Call.Attempt, input.Part, input.CampaignId, attempt.Provider, failure.Code, failure.Message, (long)known.TotalMilliseconds);
        }
        else
        {
            logger.LogError(
                unexpected,
                "Attempt {Attempt} at {Part} of campaign {CampaignId} by {Provider} failed with {Code}: {Reason} No other attempt follows.",
                attempt.Call.Attempt, input.Part, input.CampaignId, attempt.Provider, failure.Code, failure.Message);
        }
        var made = attempt.Call.Attempt - input.FirstAttempt + 1;
        var wait = delay > RetrySchedule.PolicyDelay(input.Retry, made) ? new RetryWait(delay.Value, made) : null;
        // Without the exception itself: its message is not redacted and must not reach a history.
        return new ActivityFailedException(failure with { CanRetry = delay is not null, Wait = wait });
    }

    private static string KindOf(PartInput input) => input.Image is null ? "text" : "image";
}
