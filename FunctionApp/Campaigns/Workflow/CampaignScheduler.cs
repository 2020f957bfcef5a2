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

    /// <summary>Schedules a campaign whose row is committed, and whose images and attempts are loaded where it runs again. Never throws: what cannot be scheduled now, the recovery timer schedules.</summary>
    /// <returns>Whether it is scheduled.</returns>
    public async Task<bool> TryScheduleAsync(DurableTaskClient client, Campaign campaign)
    {
        using var scope = logger.BeginCampaignScope(campaign.Id);
        // The campaign is accepted: it is scheduled even if the caller disconnects now.
        using var timeout = new CancellationTokenSource(EngineCallTimeout, timeProvider);
        try
        {
            await client.ScheduleOnceAsync(nameof(CampaignOrchestrator), ToInput(campaign), campaign.InstanceId, timeout.Token);
            return true;
        }
        catch (Exception exception)
        {
            logger.LogWarning(exception, "Campaign {CampaignId} could not be scheduled; the recovery timer will.", campaign.Id);
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
            .Select(index => ToInput(campaign, index, retry.Image) with { IsAsync = generators.IsAsync(campaign.Request.ImageProvider) });
        return new CampaignInput(campaign.Id, [.. text, .. images], campaign.Run);
    }

    private static PartInput ToInput(Campaign campaign, int? image, RetrySettings retry)
    {
        var input = new PartInput(campaign.Id, image, retry, Run: campaign.Run);
        var last = campaign.Attempts.Where(attempt => attempt.Part == input.Part).MaxBy(attempt => attempt.Attempt);
        // An attempt without an end died with its process; its number is used again.
        return input with { FirstAttempt = last is null ? 1 : last.EndedAt is null ? last.Attempt : last.Attempt + 1 };
    }
}
