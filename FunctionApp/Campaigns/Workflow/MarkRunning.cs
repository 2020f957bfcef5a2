using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Microsoft.Azure.Functions.Worker;

namespace Atelier.Campaigns.Workflow;

/// <summary>The activity that opens a campaign's run.</summary>
public sealed class MarkRunning(CampaignUpdater updater, ILogger<MarkRunning> logger)
{
    /// <summary>The result that lets the run begin.</summary>
    public const string Running = "RUNNING";

    private const string Gone = "GONE";

    /// <summary>Marks the campaign as running.</summary>
    /// <returns>Its status afterwards: <see cref="Running"/>, or how it has ended meanwhile, or <c>GONE</c>.</returns>
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
        var campaign = change.Campaign;
        if (campaign.Status == CampaignStatus.Pending)
        {
            campaign.Status = CampaignStatus.Running;
            change.AddEvent(CampaignEventTypes.Started, new { status = campaign.Status.ToText() }, attempt: campaign.Run);
        }
        return Task.FromResult(campaign.Status.ToText());
    }
}
