using Atelier.Durable;
using Atelier.Generation;
using Atelier.Persistence;
using Atelier.Persistence.Tables;

namespace Atelier.Campaigns.Workflow.Jobs;

/// <summary>Stores the id of an image's job at its provider as soon as it is known, so that a repetition does not order the image twice.</summary>
public sealed class ImageJobStore(CampaignUpdater updater)
{
    /// <summary>The attempt under way at an image, and its job.</summary>
    /// <returns><see langword="null"/> when the image is already complete, or the campaign has ended or been deleted.</returns>
    /// <exception cref="ActivityFailedException">The attempt has failed before, and the failure is recorded.</exception>
    public Task<OpenJob?> FindAsync(PartInput input, CancellationToken cancellationToken) =>
        updater.ChangeAsync(input.CampaignId, (change, token) => FindAsync(change, input, token), cancellationToken);

    /// <summary>Stores a job's id.</summary>
    /// <returns>Whether the job is still wanted; <see langword="false"/> where the campaign ended meanwhile.</returns>
    public Task<bool> KeepAsync(PartInput input, string jobId, CancellationToken cancellationToken) =>
        updater.ChangeAsync(
            input.CampaignId,
            async (change, token) =>
            {
                var image = await PartState.FindAsync(change, input, token);
                if (image is null || image.Status.HasEnded() || !image.IsWantedBy(input))
                    return false;
                image.ProviderJobId = jobId;
                return true;
            },
            cancellationToken);

    /// <summary>Removes the id of a job that will give no image, so that the next attempt orders another one.</summary>
    public Task ForgetAsync(PartInput input, string jobId, CancellationToken cancellationToken) =>
        updater.ChangeAsync(
            input.CampaignId,
            async (change, token) =>
            {
                if (await PartState.FindAsync(change, input, token) is { } image && image.ProviderJobId == jobId)
                    image.ProviderJobId = null;
                return true;
            },
            cancellationToken);

    private static async Task<OpenJob?> FindAsync(CampaignChange change, PartInput input, CancellationToken cancellationToken)
    {
        var image = await PartState.FindAsync(change, input, cancellationToken);
        if (image is null || image.Status == PartStatus.Complete || !image.IsWantedBy(input)
            || await change.FindLastAttemptAsync(input.Part, cancellationToken) is not { } last)
        {
            return null;
        }

        if (last.EndedAt is not null)
            throw new ActivityFailedException(FailureOf(last, input));
        var call = new GenerationCall(input.CampaignId, input.Part, last.Attempt);
        return new OpenJob(new PartAttempt(call, image.Provider, image.Prompt, change.Campaign.Request), image.ProviderJobId);
    }

    private static ActivityFailure FailureOf(CampaignAttempt attempt, PartInput input)
    {
        var wait = attempt.RetryInMs is { } delay
            ? new RetryWait(TimeSpan.FromMilliseconds(delay), attempt.Attempt - input.FirstAttempt + 1)
            : null;
        return new ActivityFailure(attempt.Code ?? "internal_error", attempt.Message ?? "", CanRetry: wait is not null, wait);
    }
}

/// <summary>An attempt under way at an asynchronous provider.</summary>
/// <param name="Attempt">The attempt.</param>
/// <param name="JobId">The job's id at the provider; <see langword="null"/> where none was ordered, or the last one gave no image.</param>
public sealed record OpenJob(PartAttempt Attempt, string? JobId);
