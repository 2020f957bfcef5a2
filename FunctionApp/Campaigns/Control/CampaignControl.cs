using Atelier.Access;
using Atelier.Access.Limits;
using Atelier.Campaigns.Workflow;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Atelier.Problems;
using Microsoft.DurableTask.Client;

namespace Atelier.Campaigns.Control;

/// <summary>Cancels campaigns, redrives them and recovers them.</summary>
/// <remarks>The rows are authoritative. If the engine cannot be reached at once, the recovery timer or the guards of the rows make up for it.</remarks>
public sealed class CampaignControl(
    CampaignUpdater updater,
    CampaignQueries queries,
    CampaignQuota quota,
    CampaignScheduler scheduler,
    TimeProvider timeProvider,
    ILogger<CampaignControl> logger)
{
    /// <summary>Code of an attempt that was abandoned.</summary>
    private const string Canceled = "canceled";

    private static readonly TimeSpan EngineCallTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Cancels a campaign of the caller: complete parts are kept, the others are abandoned. Of a campaign that has ended, the versions that are being made
    /// are canceled, and it keeps its status.
    /// </summary>
    /// <returns>The campaign with its parts.</returns>
    /// <exception cref="ApiException">404: there is none. 409: it has ended.</exception>
    public async Task<Campaign> CancelAsync(DurableTaskClient client, Caller caller, Guid id, CancellationToken cancellationToken)
    {
        var instanceIds = await updater.ChangeAsync(
            id,
            caller.UserId,
            async (change, token) =>
            {
                var versions = await change.FindOpenVersionsAsync(token);
                if (versions.Count > 0)
                    await PartVersions.CancelAsync(change, versions, "It was canceled.", token);
                else if (change.Campaign.Status.HasEnded())
                    throw new ApiException(409, "campaign_ended", $"The campaign is {change.Campaign.Status.ToText()} already.");
                else
                    await CancelAsync(change, token);
                return versions.Count > 0 ? [.. versions.Select(CampaignScheduler.InstanceIdOf)] : new[] { change.Campaign.InstanceId };
            },
            cancellationToken);
        if (instanceIds is null)
            throw ApiException.NotFound("campaign");

        foreach (var instanceId in instanceIds)
            await RaiseCancelEventAsync(client, id, instanceId);
        return await ReadAsync(caller, id, cancellationToken);
    }

    /// <summary>Redrives the missing parts of a failed campaign of the caller.</summary>
    /// <returns>The campaign with its parts.</returns>
    /// <exception cref="ApiException">404: there is none. 409: it has not failed. 429: the caller's quota is used up.</exception>
    public async Task<Campaign> RedriveAsync(DurableTaskClient client, Caller caller, Guid id, CancellationToken cancellationToken)
    {
        var redriven = await updater.ChangeAsync(
            id,
            caller.UserId,
            async (change, token) =>
            {
                if (change.Campaign.Status != CampaignStatus.Failed)
                    throw new ApiException(409, "campaign_not_failed", $"Only a FAILED campaign can be retried; this one is {change.Campaign.Status.ToText()}.");
                if (change.Campaign.Regenerating > 0)
                    throw new ApiException(409, "part_busy", "A version of a part is being made; wait for it, or cancel it.");
                if (await quota.TakeAsync(caller, isNew: false, token) is { } refusal)
                    throw refusal;
                await StartNewRunAsync(change, token);
                return true;
            },
            cancellationToken);
        if (!redriven)
            throw ApiException.NotFound("campaign");

        var campaign = await ReadAsync(caller, id, cancellationToken);
        await scheduler.TryScheduleAsync(client, campaign);
        return campaign;
    }

    /// <summary>Redrives the missing parts of a failed campaign of any caller.</summary>
    /// <returns>Whether there is such a campaign and it had failed.</returns>
    public async Task<bool> RedriveForOperatorAsync(DurableTaskClient client, Guid id, CancellationToken cancellationToken)
    {
        var owner = await updater.ChangeAsync(
            id,
            userId: null,
            async (change, token) =>
            {
                if (change.Campaign.Status != CampaignStatus.Failed || change.Campaign.Regenerating > 0)
                    return null;
                await StartNewRunAsync(change, token);
                return change.Campaign.UserId;
            },
            cancellationToken);
        if (owner is null)
            return false;
        await scheduler.TryScheduleAsync(client, await ReadAsync(new Caller(owner), id, cancellationToken));
        return true;
    }

    /// <summary>Recovers a campaign whose orchestration is lost: a new run makes the missing parts.</summary>
    /// <returns>Whether the campaign was still in the lost run.</returns>
    internal async Task<bool> RecoverAsync(DurableTaskClient client, Campaign lost, CancellationToken cancellationToken)
    {
        var recovered = await updater.ChangeAsync(
            lost.Id,
            async (change, token) =>
            {
                if (change.Campaign.Status != CampaignStatus.Running || change.Campaign.Run != lost.Run)
                    return false;
                await StartNewRunAsync(change, token);
                return true;
            },
            cancellationToken);
        if (recovered)
            await scheduler.TryScheduleAsync(client, await ReadAsync(new Caller(lost.UserId), lost.Id, cancellationToken));
        return recovered;
    }

    /// <summary>Cancels a run whose orchestration an operator has terminated.</summary>
    /// <param name="terminated">The campaign, as it was found.</param>
    /// <param name="reason">What the operator gave as the reason; <see langword="null"/> for nothing.</param>
    /// <param name="cancellationToken">Cancels before the commit.</param>
    /// <returns>Whether the campaign was still in that run.</returns>
    internal Task<bool> CancelTerminatedAsync(Campaign terminated, string? reason, CancellationToken cancellationToken) => updater.ChangeAsync(
        terminated.Id,
        async (change, token) =>
        {
            if (change.Campaign.Status.HasEnded() || change.Campaign.Run != terminated.Run)
                return false;
            await CancelAsync(change, token, string.IsNullOrWhiteSpace(reason) ? "An operator terminated the campaign's orchestration." : reason);
            return true;
        },
        cancellationToken);

    /// <summary>Fails a run that no orchestration works on and none will; an operator may redrive it.</summary>
    /// <param name="lost">The campaign, as it was found.</param>
    /// <param name="code">Code of the campaign's error.</param>
    /// <param name="message">One human sentence.</param>
    /// <param name="cancellationToken">Cancels before the commit.</param>
    /// <returns>Whether the campaign was still in that run.</returns>
    internal Task<bool> FailAsync(Campaign lost, string code, string message, CancellationToken cancellationToken) => updater.ChangeAsync(
        lost.Id,
        async (change, token) =>
        {
            var campaign = change.Campaign;
            if (campaign.Status.HasEnded() || campaign.Run != lost.Run)
                return false;
            var parts = new List<PartState>();
            if (campaign.TextStatus is not null)
                parts.Add(new PartState(campaign, image: null));
            parts.AddRange((await change.FindImagesAsync(token)).Select(image => new PartState(campaign, image)));
            parts.RemoveAll(part => part.Status.HasEnded());
            parts.ForEach(part => part.Status = PartStatus.Failed);

            campaign.Status = CampaignStatus.Failed;
            campaign.CompletedAt = change.Now;
            campaign.Error = new CampaignError(parts.FirstOrDefault()?.Name ?? Parts.Text, code, message);
            await change.AddDeadLetterAsync(campaign.Error.Code, campaign.Error.Message, token);
            change.AddEvent(CampaignEventTypes.Failed, new { status = campaign.Status.ToText(), error = campaign.Error }, attempt: campaign.Run);
            return true;
        },
        cancellationToken);

    /// <param name="change">The campaign's change.</param>
    /// <param name="cancellationToken">Cancels before the commit.</param>
    /// <param name="reason">Why an operator terminated its orchestration; <see langword="null"/> when its owner canceled it.</param>
    private static async Task CancelAsync(CampaignChange change, CancellationToken cancellationToken, string? reason = null)
    {
        var campaign = change.Campaign;
        campaign.Status = CampaignStatus.Canceled;
        campaign.CompletedAt = change.Now;
        string? firstPart = null;
        if (campaign.TextStatus?.HasEnded() == false)
        {
            campaign.TextStatus = PartStatus.Canceled;
            firstPart = Parts.Text;
        }

        foreach (var image in await change.FindImagesAsync(cancellationToken))
        {
            if (!image.Status.HasEnded())
            {
                image.Status = PartStatus.Canceled;
                firstPart ??= new PartState(campaign, image).Name;
            }
        }

        foreach (var attempt in await change.FindOpenAttemptsAsync(cancellationToken))
        {
            attempt.EndedAt = change.Now;
            attempt.Code = Canceled;
            attempt.Message = reason ?? "The campaign was canceled.";
        }

        if (reason is not null)
            campaign.Error = new CampaignError(firstPart ?? Parts.Text, "orchestration_terminated", reason);
        change.AddEvent(
            CampaignEventTypes.Canceled, new { status = campaign.Status.ToText(), error = campaign.Error }, attempt: campaign.Run);
    }

    private static async Task StartNewRunAsync(CampaignChange change, CancellationToken cancellationToken)
    {
        var campaign = change.Campaign;
        campaign.Run++;
        campaign.InstanceId = CampaignScheduler.InstanceIdOf(campaign.Id, campaign.Run);
        campaign.Status = CampaignStatus.Pending;
        campaign.Error = null;
        campaign.CompletedAt = null;
        campaign.CheckedAt = change.Now;
        if (campaign.TextStatus is not null and not PartStatus.Complete)
            campaign.TextStatus = PartStatus.Pending;
        foreach (var image in await change.FindImagesAsync(cancellationToken))
        {
            if (image.Status != PartStatus.Complete)
                image.Status = PartStatus.Pending;
        }
        await change.RemoveDeadLetterAsync(cancellationToken);
        change.AddEvent(CampaignEventTypes.Accepted, new { status = campaign.Status.ToText(), run = campaign.Run }, attempt: campaign.Run);
    }

    private async Task RaiseCancelEventAsync(DurableTaskClient client, Guid id, string instanceId)
    {
        using var timeout = new CancellationTokenSource(EngineCallTimeout, timeProvider);
        try
        {
            await client.RaiseEventAsync(instanceId, CampaignOrchestrator.CancelEvent, eventPayload: null, timeout.Token);
        }
        catch (Exception exception)
        {
            // It was never scheduled, or it has just ended. Otherwise its next activity finds the campaign canceled.
            logger.LogInformation(exception, "The orchestration of campaign {CampaignId} could not be notified of the cancellation.", id);
        }
    }

    private async Task<Campaign> ReadAsync(Caller caller, Guid id, CancellationToken cancellationToken) =>
        await queries.FindAsync(caller, id, cancellationToken) ?? throw ApiException.NotFound("campaign");
}
