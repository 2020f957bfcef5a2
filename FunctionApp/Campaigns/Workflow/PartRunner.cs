using Atelier.Generation;
using Atelier.Persistence.Tables;

namespace Atelier.Campaigns.Workflow;

/// <summary>One execution of a part's activity: record the attempt, make the part, record how it went.</summary>
public sealed class PartRunner(PartRecord record, ILogger<PartRunner> logger)
{
    /// <summary>Runs an attempt, unless the part is there already.</summary>
    /// <param name="input">The part.</param>
    /// <param name="make">Calls the provider and keeps what comes back; returns how to write it into the record.</param>
    /// <param name="cancellationToken">The host stops: the attempt stays open, and its repetition takes its number.</param>
    /// <exception cref="PartFailedException">The attempt has failed and is on record.</exception>
    public async Task RunAsync(
        PartInput input,
        Func<PartAttempt, CancellationToken, Task<Action<Campaign, CampaignImage?>>> make,
        CancellationToken cancellationToken)
    {
        if (await record.BeginAsync(input, cancellationToken) is not { } attempt)
        {
            logger.LogInformation("{Part} of campaign {CampaignId} needs no attempt.", input.Part, input.CampaignId);
            return;
        }

        using IDisposable? scope = logger.BeginAttemptScope(attempt.Call, attempt.Provider);
        logger.LogInformation(
            "Attempt {Attempt} at {Part} of campaign {CampaignId} begins with {Provider}.",
            attempt.Call.Attempt, input.Part, input.CampaignId, attempt.Provider);
        Action<Campaign, CampaignImage?> project;
        try
        {
            project = await make(attempt, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw await FailAsync(input, attempt, exception, cancellationToken);
        }
        await record.CompleteAsync(input, attempt, project, cancellationToken);
        logger.LogInformation("Attempt {Attempt} at {Part} of campaign {CampaignId} succeeded.", attempt.Call.Attempt, input.Part, input.CampaignId);
    }

    private async Task<PartFailedException> FailAsync(
        PartInput input, PartAttempt attempt, Exception exception, CancellationToken cancellationToken)
    {
        PartFailure failure = exception switch
        {
            GenerationException generation => PartFailure.From(generation),
            PartFailedException part => part.Failure,
            _ => PartFailure.Unforeseen(),
        };
        TimeSpan? retryAfter = (exception as GenerationException)?.RetryAfter;
        if (IsHeldBack(exception) && await record.HoldBackAsync(input, attempt, retryAfter!.Value, cancellationToken) is { } used)
        {
            logger.LogInformation(
                "{Part} of campaign {CampaignId} waits {Wait} for {Provider}, which asked to be left alone.",
                input.Part, input.CampaignId, retryAfter.Value, attempt.Provider);
            return new PartFailedException(failure with { Wait = new RetryWait(retryAfter.Value, used) }, exception);
        }
        TimeSpan? delay = await record.FailAsync(input, attempt, failure, retryAfter, cancellationToken);

        // What a provider reports is expected; what nobody foresaw is told with its stack.
        Exception? unexpected = exception is GenerationException ? null : exception;
        if (delay is { } known)
        {
            logger.LogWarning(
                unexpected,
                "Attempt {Attempt} at {Part} of campaign {CampaignId} by {Provider} failed with {Code}: {Reason} The next one follows in {RetryInMs} ms.",
                attempt.Call.Attempt, input.Part, input.CampaignId, attempt.Provider, failure.Code, failure.Message, (long)known.TotalMilliseconds);
        }
        else
        {
            logger.LogError(
                unexpected,
                "Attempt {Attempt} at {Part} of campaign {CampaignId} by {Provider} failed with {Code}: {Reason} No other one follows.",
                attempt.Call.Attempt, input.Part, input.CampaignId, attempt.Provider, failure.Code, failure.Message);
        }
        int made = attempt.Call.Attempt - input.FirstAttempt + 1;
        RetryWait? wait = delay > RetrySchedule.PolicyDelay(input.Retry, made) ? new RetryWait(delay.Value, made) : null;
        return new PartFailedException(failure with { CanRetry = delay is not null, Wait = wait }, exception);
    }

    // A call that the process itself held back has no answer of the provider, hence no status.
    private static bool IsHeldBack(Exception exception) => exception is GenerationException
    {
        Code: GenerationErrorCodes.RateLimited, HttpStatus: null, RetryAfter: not null, IsTransient: true,
    };
}
