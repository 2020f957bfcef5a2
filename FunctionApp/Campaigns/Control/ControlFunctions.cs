using Atelier.Access;
using Atelier.Campaigns.Http;
using Atelier.Http;
using Atelier.Persistence.Tables;
using Atelier.Problems;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Atelier.Campaigns.Control;

/// <summary>
/// <c>POST /api/campaigns/{id}/cancel</c>, <c>POST /api/campaigns/{id}/retry</c>, <c>DELETE /api/campaigns/{id}</c>, and the last two for many at once.
/// </summary>
public sealed class ControlFunctions(CampaignQueries queries, CampaignControl control, CampaignEraser eraser)
{
    /// <summary>Cancels a campaign: 202 with the campaign as it is now.</summary>
    [Function("CancelCampaign")]
    public async Task<IResult> CancelAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Routes.CancelCampaign)] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        string id,
        CancellationToken cancellationToken)
    {
        var caller = Caller.Of(request);
        return Accepted(request, await control.CancelAsync(client, caller, PathId.Parse(id, "campaign"), cancellationToken));
    }

    /// <summary>Redrives a failed campaign: 202 with the campaign as it is now.</summary>
    [Function("RetryCampaign")]
    public async Task<IResult> RedriveAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Routes.RetryCampaign)] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        string id,
        CancellationToken cancellationToken)
    {
        var caller = Caller.Of(request);
        var campaign = await control.RedriveAsync(client, caller, PathId.Parse(id, "campaign"), cancellationToken);
        request.HttpContext.Response.Headers.RetryAfter = GetCampaign.PollInterval;
        return Accepted(request, campaign);
    }

    /// <summary>Deletes a campaign that has ended, with all that belongs to it: 204.</summary>
    [Function("DeleteCampaign")]
    public async Task<IResult> DeleteAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = Routes.Campaign)] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        string id,
        CancellationToken cancellationToken)
    {
        var caller = Caller.Of(request);
        var campaignId = PathId.Parse(id, "campaign");
        if (await eraser.EraseAsync(client, caller, [campaignId], cancellationToken) is [])
            throw await WhyNotAsync(caller, campaignId, cancellationToken);
        return Results.NoContent();
    }

    /// <summary>Deletes those of some campaigns that have ended: 200 with what became of each.</summary>
    [Function("DeleteCampaigns")]
    public async Task<IResult> DeleteManyAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Routes.DeleteCampaigns)] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var caller = Caller.Of(request);
        var ids = await ControlResults.ReadIdsAsync(request, cancellationToken);
        var erased = (await eraser.EraseAsync(client, caller, ids, cancellationToken)).ToHashSet();
        return await ControlResults.OfEachAsync(ids, StatusCodes.Status204NoContent, async id =>
        {
            if (!erased.Contains(id))
                throw await WhyNotAsync(caller, id, cancellationToken);
        });
    }

    /// <summary>Redrives those of some campaigns that have failed: 200 with what became of each.</summary>
    [Function("RetryCampaigns")]
    public async Task<IResult> RedriveManyAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Routes.RetryCampaigns)] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var caller = Caller.Of(request);
        var ids = await ControlResults.ReadIdsAsync(request, cancellationToken);
        return await ControlResults.OfEachAsync(
            ids, StatusCodes.Status202Accepted, id => control.RedriveAsync(client, caller, id, cancellationToken));
    }

    private async Task<ApiException> WhyNotAsync(Caller caller, Guid id, CancellationToken cancellationToken) =>
        await queries.FindVersionAsync(caller, id, cancellationToken) is null
            ? ApiException.NotFound("campaign")
            : new ApiException(StatusCodes.Status409Conflict, "campaign_running", "The campaign is running, or a part of it is being made again; cancel that first.");

    private static IResult Accepted(HttpRequest request, Campaign campaign)
    {
        request.HttpContext.Response.Headers.Location = CampaignLinks.Self(campaign.Id);
        return ApiJson.Result(CampaignViews.From(campaign), StatusCodes.Status202Accepted);
    }
}
