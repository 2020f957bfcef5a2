using Atelier.Durable;
using Atelier.Generation;
using Atelier.Generation.Failures;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Atelier.Telemetry;

namespace Atelier.Campaigns.Workflow;

/// <summary>Stores the attempts at a part, before and after each, guarded by the part's state.</summary>
/// <remarks>
/// These rows, not the engine, count the attempts. An attempt that began and has no end died with its process, and its repetition takes the
/// same number. An attempt whose end is recorded is not recorded again: repeating a part that has failed for good throws the recorded
/// failure. So a crash at any point loses no attempt, counts none twice, and causes no paid call beyond the policy.
/// </remarks>
public sealed class AttemptStore(CampaignUpdater updater)
{
    /// <summary>Records that an attempt begins.</summary>
    /// <returns>The attempt; <see langword="null"/> when the part is already complete, or the campaign has ended or been deleted.</returns>
    /// <exception cref="ActivityFailedException">The part has failed for good before.</exception>
    public async Task<PartAttempt?> BeginAsync(PartInput input, CancellationToken cancellationToken)
    {
        // Nearly every part is made by its first attempt.
        var first = input.FirstAttempt != 1 || input.IsRegenerated ? null : await updater.TryChangeAsync(
            () => CampaignStatements.Begin(input.CampaignId, input.Run, input.Image),
            row => new PartAttempt(
                new GenerationCall(input.CampaignId, input.Part, input.FirstAttempt),
                row.GetString(2), row.GetString(0), ColumnTypes.Read<CampaignRequest>(row.GetString(1))),
            cancellationToken);
        return first ?? await updater.ChangeAsync(input.CampaignId, (change, token) => BeginAsync(change, input, token), cancellationToken);
    }

    /// <summary>Records that an attempt succeeded, and that the campaign is complete if nothing else is missing. Does nothing when the part is already complete.</summary>
    /// <param name="input">The part.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="result">What it has made.</param>
    /// <param name="cancellationToken">Cancels before the commit.</param>
    /// <returns>The campaign's status; <see langword="null"/> where it is not known.</returns>
    public async Task<string?> CompleteAsync(PartInput input, PartAttempt attempt, PartResult result, CancellationToken cancellationToken)
    {
        var status = input.IsRegenerated ? null : await updater.TryChangeAsync(
            () => CampaignStatements.Complete(attempt.Call, input.Run, result), row => row.GetString(0), cancellationToken);
        if (status == CampaignStatus.Complete.ToText())
            AtelierMeter.Ended(status);
        return status
            ?? await updater.ChangeAsync(
                input.CampaignId, (change, token) => CompleteAsync(change, input, attempt, result, token), cancellationToken);
    }

    /// <summary>Records that an attempt failed.</summary>
    /// <returns>The delay to the next attempt; <see langword="null"/> when there is none.</returns>
    public Task<TimeSpan?> FailAsync(
        PartInput input, PartAttempt attempt, ActivityFailure failure, TimeSpan? retryAfter, CancellationToken cancellationToken) =>
        updater.ChangeAsync(
            input.CampaignId, (change, token) => FailAsync(change, input, attempt, failure, retryAfter, token), cancellationToken);

    /// <summary>Removes an attempt whose provider was not called because it asked to wait: waiting uses up no attempt.</summary>
    /// <returns>The attempts of this run that are used up; <see langword="null"/> when the part's time is up and the attempt is kept.</returns>
    public Task<int?> HoldBackAsync(PartInput input, PartAttempt attempt, PartWait wait, CancellationToken cancellationToken) =>
        updater.ChangeAsync(input.CampaignId, (change, token) => HoldBackAsync(change, input, attempt, wait, token), cancellationToken);

    private static async Task<PartAttempt?> BeginAsync(CampaignChange change, PartInput input, CancellationToken cancellationToken)
    {
        var part = await PartState.FindAsync(change, input, cancellationToken);
        if (part is null || part.Status == PartStatus.Complete || !part.IsWantedBy(input))
            return null;

        var last = await change.FindLastAttemptAsync(input.Part, cancellationToken);
        if (part.Status == PartStatus.Failed && last is not null)
            throw new ActivityFailedException(new ActivityFailure(last.Code ?? "internal_error", last.Message ?? "", CanRetry: false));

        if (last is { EndedAt: null })
            last.StartedAt = change.Now;
        else
            last = change.AddAttempt(input.Part, (last?.Attempt ?? 0) + 1, part.Provider);
        part.Status = PartStatus.Running;
        part.Wait = null;
        if (!input.IsRegenerated)
            change.Start();
        var call = new GenerationCall(input.CampaignId, input.Part, last.Attempt);
        return new PartAttempt(call, part.Provider, part.Prompt, change.Campaign.Request)
        {
            FollowsTruncated = input.Image is null && last.Attempt > 1
                && await change.HasFailedWithAsync(input.Part, GenerationErrorCodes.Truncated, fromAttempt: 1, cancellationToken),
        };
    }

    private static async Task<string> CompleteAsync(
        CampaignChange change, PartInput input, PartAttempt attempt, PartResult result, CancellationToken cancellationToken)
    {
        var part = await PartState.FindAsync(change, input, cancellationToken);
        if (part is null || part.Status == PartStatus.Complete || (part.Version is { } ended ? ended.EndedAt is not null : change.Campaign.Status.HasEnded()))
            return change.Campaign.Status.ToText();

        if (await change.FindAttemptAsync(input.Part, attempt.Call.Attempt, cancellationToken) is { EndedAt: null } row)
            row.EndedAt = change.Now;
        if (part.Version is { } version)
        {
            result.WriteTo(version);
            await PartVersions.CompleteAsync(change, version, cancellationToken);
            return change.Campaign.Status.ToText();
        }
        part.Status = PartStatus.Complete;
        result.WriteTo(change.Campaign, input.Image is { } index ? await change.FindImageAsync(index, cancellationToken) : null);
        change.AddEvent(
            input.Image is null ? CampaignEventTypes.TextCompleted : CampaignEventTypes.ImageCompleted,
            PartCompleted.By(attempt.Call),
            input.Part,
            // Once in a run: an image that the store has lost is made again.
            input.Run);
        return change.Campaign.Status.ToText();
    }

    private static async Task<int?> HoldBackAsync(
        CampaignChange change, PartInput input, PartAttempt attempt, PartWait wait, CancellationToken cancellationToken)
    {
        var part = await PartState.FindAsync(change, input, cancellationToken);
        var used = attempt.Call.Attempt - input.FirstAttempt;
        if (part is null || part.Status.HasEnded())
            return used;
        var start = await change.FindStartAsync(input.Part, input.FirstAttempt, cancellationToken);
        if (change.Now - start >= input.Retry.Timeout)
            return null;

        if (await change.FindAttemptAsync(input.Part, attempt.Call.Attempt, cancellationToken) is { EndedAt: null } row)
            change.RemoveAttempt(row);
        var before = used > 0 ? await change.FindAttemptAsync(input.Part, attempt.Call.Attempt - 1, cancellationToken) : null;
        if (before?.EndedAt is { } endedAt)
            before.RetryInMs = (long)Math.Ceiling((wait.Until - endedAt).TotalMilliseconds);
        part.Status = before is null ? PartStatus.Pending : PartStatus.Retrying;
        part.Wait = wait;
        return used;
    }

    private static async Task<TimeSpan?> FailAsync(
        CampaignChange change,
        PartInput input,
        PartAttempt attempt,
        ActivityFailure failure,
        TimeSpan? retryAfter,
        CancellationToken cancellationToken)
    {
        var part = await PartState.FindAsync(change, input, cancellationToken);
        var row = await change.FindAttemptAsync(input.Part, attempt.Call.Attempt, cancellationToken);
        if (part is null || part.Status.HasEnded() || row is not { EndedAt: null })
            return row?.RetryInMs is { } recorded ? TimeSpan.FromMilliseconds(recorded) : null;

        var start = await change.FindStartAsync(input.Part, input.FirstAttempt, cancellationToken);
        var canRetry = failure.CanRetry && part.IsWantedBy(input) && !await IsUsedUpAsync(change, input, failure, cancellationToken);
        var delay = canRetry
            ? RetrySchedule.NextDelay(input.Retry, row.Attempt - input.FirstAttempt + 1, change.Now - start, retryAfter)
            : null;
        row.EndedAt = change.Now;
        row.Code = failure.Code;
        row.Message = failure.Message;
        row.RetryInMs = delay is { } known ? (long)Math.Ceiling(known.TotalMilliseconds) : null;
        part.Status = delay is null ? PartStatus.Failed : PartStatus.Retrying;
        if (delay is not null)
        {
            change.AddEvent(
                CampaignEventTypes.PartRetrying,
                new { status = part.Status.ToText(), part = input.Part, attempt = row.Attempt, code = row.Code, retryInMs = row.RetryInMs },
                input.Part,
                row.Attempt);
        }
        return delay;
    }

    // Whether a failure that may be retried once has been retried in this run.
    private static async Task<bool> IsUsedUpAsync(
        CampaignChange change, PartInput input, ActivityFailure failure, CancellationToken cancellationToken) =>
        FailureTable.RuleOf(failure.Code) == RetryRule.Once
        && await change.HasFailedWithAsync(input.Part, failure.Code, input.FirstAttempt, cancellationToken);
}

/// <summary>An attempt that has begun, and what it needs to know.</summary>
/// <param name="Call">Campaign, part and number of the attempt.</param>
/// <param name="Provider">Name of the provider.</param>
/// <param name="Prompt">The campaign's prompt.</param>
/// <param name="Request">What was asked for.</param>
public sealed record PartAttempt(GenerationCall Call, string Provider, string Prompt, CampaignRequest Request)
{
    /// <summary>Whether a text before it was cut at its length limit.</summary>
    public bool FollowsTruncated { get; init; }
}
