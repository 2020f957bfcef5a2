using Atelier.Access;
using Atelier.Campaigns.Http;
using Atelier.Http;
using Atelier.Persistence.Tables;
using Atelier.Problems;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Atelier.Campaigns.Control;

/// <summary><c>POST /api/campaigns/{id}/cancel</c>, <c>POST /api/campaigns/{id}/retry</c>, <c>DELETE /api/campaigns/{id}</c>.</summary>
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
        if (await eraser.TryEraseAsync(client, caller, campaignId, cancellationToken))
            return Results.NoContent();
        throw await queries.FindVersionAsync(caller, campaignId, cancellationToken) is null
            ? ApiException.NotFound("campaign")
            : new ApiException(StatusCodes.Status409Conflict, "campaign_running", "The campaign is running, or a part of it is being made again; cancel that first.");
    }

    private static IResult Accepted(HttpRequest request, Campaign campaign)
    {
        request.HttpContext.Response.Headers.Location = CampaignLinks.Self(campaign.Id);
        return ApiJson.Result(CampaignViews.From(campaign), StatusCodes.Status202Accepted);
    }
}
