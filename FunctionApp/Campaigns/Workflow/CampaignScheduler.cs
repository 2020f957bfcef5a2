using Atelier.Durable;
using Atelier.Generation;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Microsoft.DurableTask.Client;

namespace Atelier.Campaigns.Workflow;

/// <summary>Starts the orchestration of an accepted campaign, once.</summary>
public sealed class CampaignScheduler(
    RetryOptions retry, GeneratorCatalog generators, TimeProvider timeProvider, ILogger<CampaignScheduler> logger)
{
    // Longer than a healthy engine needs. After that the recovery timer takes over.
    private static readonly TimeSpan EngineCallTimeout = TimeSpan.FromSeconds(8);

    /// <summary>The instance id of one run of a campaign.</summary>
    public static string InstanceIdOf(Guid campaignId, int run) => run == 0 ? $"{campaignId:D}" : $"{campaignId:D}-{run}";

    /// <summary>The instance id of the orchestration that makes a version of a part.</summary>
    public static string InstanceIdOf(PartVersion version) =>
        $"{version.CampaignId:D}-{version.Part.Replace('/', '-')}-v{version.Number}{(version.Run == 0 ? "" : $"-{version.Run}")}";

    /// <summary>Schedules a campaign whose row is committed, and whose images and attempts are loaded where it runs again. Never throws: what cannot be scheduled now, the recovery timer schedules.</summary>
    /// <returns>Whether it is scheduled.</returns>
    public Task<bool> TryScheduleAsync(DurableTaskClient client, Campaign campaign) =>
        TryScheduleAsync(client, ToInput(campaign), campaign.InstanceId);

    /// <summary>Schedules a version of a part whose row is committed. Never throws: what cannot be scheduled now, the recovery timer schedules.</summary>
    /// <param name="client">The durable client.</param>
    /// <param name="version">The version.</param>
    /// <param name="last">The last attempt at it; <see langword="null"/> for none.</param>
    /// <returns>Whether it is scheduled.</returns>
    public Task<bool> TryScheduleAsync(DurableTaskClient client, PartVersion version, CampaignAttempt? last)
    {
        var image = Parts.ImageIndexOf(version.Part);
        var part = new PartInput(version.CampaignId, image, image is null ? retry.Text : retry.Image, FirstAttemptAfter(last), version.Run)
        {
            Version = version.Number,
            IsRegenerated = true,
            IsAsync = image is not null && generators.IsAsync(version.Provider),
        };
        return TryScheduleAsync(client, new CampaignInput(version.CampaignId, [part], version.Run), InstanceIdOf(version));
    }

    private async Task<bool> TryScheduleAsync(DurableTaskClient client, CampaignInput input, string instanceId)
    {
        using var scope = logger.BeginCampaignScope(input.CampaignId);
        // The campaign is accepted: it is scheduled even if the caller disconnects now.
        using var timeout = new CancellationTokenSource(EngineCallTimeout, timeProvider);
        try
        {
            await client.ScheduleOnceAsync(nameof(CampaignOrchestrator), input, instanceId, timeout.Token);
            return true;
        }
        catch (Exception exception)
        {
            logger.LogWarning(exception, "Orchestration {InstanceId} could not be scheduled; the recovery timer will.", instanceId);
            return false;
        }
    }

    private CampaignInput ToInput(Campaign campaign)
    {
        IEnumerable<PartInput> text = campaign.TextStatus is null or PartStatus.Complete
            ? []
            : [ToInput(campaign, image: null, retry.Text)];
        var images = Enumerable.Range(0, campaign.Request.Images.Count)
            .Where(index => !campaign.Images.Exists(image => image.Index == index && image.Status == PartStatus.Complete))
            .Select(index => ToInput(campaign, index, retry.Image) with
            {
                IsAsync = generators.IsAsync(campaign.Request.ImageProvider),
                Version = campaign.Images.Find(image => image.Index == index)?.Version ?? 1,
            });
        return new CampaignInput(campaign.Id, [.. text, .. images], campaign.Run);
    }

    private static PartInput ToInput(Campaign campaign, int? image, RetrySettings retry)
    {
        var input = new PartInput(campaign.Id, image, retry, Run: campaign.Run);
        var last = campaign.Attempts.Where(attempt => attempt.Part == input.Part).MaxBy(attempt => attempt.Attempt);
        return input with { FirstAttempt = FirstAttemptAfter(last) };
    }

    // An attempt without an end died with its process; its number is used again.
    private static int FirstAttemptAfter(CampaignAttempt? last) => last is null ? 1 : last.EndedAt is null ? last.Attempt : last.Attempt + 1;
}
