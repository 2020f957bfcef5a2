using Atelier.Persistence;
using Microsoft.Azure.Functions.Worker;

namespace Atelier.Campaigns.Workflow;

/// <summary>The activity that opened a campaign's run before version 1.1 of its orchestration; since then its first part does.</summary>
public sealed class MarkRunning(CampaignUpdater updater, ILogger<MarkRunning> logger)
{
    private const string Gone = "GONE";

    /// <summary>Marks the campaign as running.</summary>
    /// <returns>Its status afterwards: <c>RUNNING</c>, or how it has ended meanwhile, or <c>GONE</c>.</returns>
    [Function(nameof(MarkRunning))]
    public async Task<string> RunAsync([ActivityTrigger] string campaignId, CancellationToken cancellationToken)
    {
        var id = Guid.Parse(campaignId);
        using var scope = logger.BeginCampaignScope(id);
        var status = await updater.ChangeAsync(id, MarkAsync, cancellationToken) ?? Gone;
        logger.LogInformation("Campaign {CampaignId} is {Status}.", id, status);
        return status;
    }

    private static Task<string> MarkAsync(CampaignChange change, CancellationToken cancellationToken)
    {
        change.Start();
        return Task.FromResult(change.Campaign.Status.ToText());
    }
}
