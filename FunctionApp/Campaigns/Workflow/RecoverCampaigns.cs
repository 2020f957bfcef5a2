using Atelier.Configuration;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.EntityFrameworkCore;

namespace Atelier.Campaigns.Workflow;

/// <summary>Schedules what was accepted and never scheduled, because the process died or the engine was away between the two.</summary>
public sealed class RecoverCampaigns(
    AtelierDbContext db, CampaignScheduler scheduler, TimeProvider timeProvider, ILogger<RecoverCampaigns> logger)
{
    private const string EveryFifteenSeconds = "*/15 * * * * *";
    private const int BatchSize = 100;

    // Younger ones are most likely being scheduled right now by the request that accepted them.
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(10);

    /// <summary>Looks for campaigns that have been pending for too long.</summary>
    [Function(nameof(RecoverCampaigns))]
    public async Task RunAsync(
        [TimerTrigger(EveryFifteenSeconds)] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        DateTimeOffset before = timeProvider.Now() - Age;
        List<Campaign> pending = await db.Campaigns.AsNoTracking()
            .Where(campaign => campaign.Status == CampaignStatus.Pending && campaign.CreatedAt < before)
            .OrderBy(campaign => campaign.CreatedAt)
            .Take(BatchSize)
            .ToListAsync(cancellationToken);

        foreach (Campaign campaign in pending)
        {
            try
            {
                if (await scheduler.RecoverAsync(client, campaign, cancellationToken))
                    logger.LogWarning("Campaign {CampaignId} was accepted but never scheduled; it is now.", campaign.Id);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                // One that cannot be scheduled must not keep the others waiting.
                logger.LogError(exception, "Campaign {CampaignId} could not be recovered; it is tried again.", campaign.Id);
            }
        }
    }
}
