using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Microsoft.Azure.Functions.Worker;

namespace Atelier.Campaigns.Workflow;

/// <summary>The activity that ends a campaign's run as complete or failed. Parts that succeeded are kept.</summary>
public sealed class CompleteCampaign(CampaignUpdater updater, ILogger<CompleteCampaign> logger)
{
    private const string Gone = "GONE";

    /// <summary>Ends the run.</summary>
    /// <returns>The campaign's status afterwards, or <c>GONE</c>.</returns>
    [Function(nameof(CompleteCampaign))]
    public async Task<string> RunAsync([ActivityTrigger] CampaignEnd end, CancellationToken cancellationToken)
    {
        using var scope = logger.BeginCampaignScope(end.CampaignId);
        var status = await updater.ChangeAsync(
            end.CampaignId, (change, token) => CloseAsync(change, end, token), cancellationToken) ?? Gone;
        logger.LogInformation("Campaign {CampaignId} is {Status} with {Failed} failed parts.", end.CampaignId, status, end.Failed.Count);
        return status;
    }

    private static async Task<string> CloseAsync(CampaignChange change, CampaignEnd end, CancellationToken cancellationToken)
    {
        var campaign = change.Campaign;
        if (end.Regenerated is { } part)
        {
            if (await PartState.FindAsync(change, part, cancellationToken) is { Version: { } version } state && state.IsWantedBy(part))
                await PartVersions.FailAsync(change, version, end.Failed, cancellationToken);
            return campaign.Status.ToText();
        }
        if (campaign.Status.HasEnded() || campaign.Run != end.Run)
            return campaign.Status.ToText();

        foreach (var failed in end.Failed)
        {
            // The rows are authoritative: a part whose success the engine missed is complete.
            if (await CloseAsync(change, failed, cancellationToken))
                campaign.Error ??= new CampaignError(NameOf(failed), failed.Code, failed.Message);
        }

        campaign.Status = campaign.Error is null ? CampaignStatus.Complete : CampaignStatus.Failed;
        campaign.CompletedAt = change.Now;
        if (campaign.Error is { } error)
            await change.AddDeadLetterAsync(error.Code, error.Message, cancellationToken);
        change.AddEvent(
            campaign.Error is null ? CampaignEventTypes.Completed : CampaignEventTypes.Failed,
            new { status = campaign.Status.ToText(), error = campaign.Error },
            attempt: end.Run);
        return campaign.Status.ToText();
    }

    private static async Task<bool> CloseAsync(CampaignChange change, FailedPart failed, CancellationToken cancellationToken)
    {
        var part = await PartState.FindAsync(change, failed.Image, cancellationToken);
        if (part is null || part.Status == PartStatus.Complete)
            return false;

        part.Status = PartStatus.Failed;
        await RecordFailureAsync(change, part, failed, cancellationToken);
        return true;
    }

    /// <summary>Records the failure of a part's last attempt, where its activity has not: the database was away, or its process died.</summary>
    internal static async Task RecordFailureAsync(CampaignChange change, PartState part, FailedPart failed, CancellationToken cancellationToken)
    {
        var last = await change.FindLastAttemptAsync(part.Name, cancellationToken) ?? change.AddAttempt(part.Name, 1, part.Provider);
        last.EndedAt ??= change.Now;
        last.Code ??= failed.Code;
        last.Message ??= failed.Message;
        last.RetryInMs = null;
    }

    private static string NameOf(FailedPart failed) => failed.Image is { } index ? Parts.Image(index) : Parts.Text;
}
