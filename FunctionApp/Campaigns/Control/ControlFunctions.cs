using Atelier.Access;
using Atelier.Campaigns.Http;
using Atelier.Persistence.Tables;
using Atelier.Problems;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Atelier.Campaigns.Control;

/// <summary><c>POST /api/campaigns/{id}/cancel</c>, <c>POST /api/campaigns/{id}/retry</c>, <c>DELETE /api/campaigns/{id}</c>.</summary>
public sealed class ControlFunctions(ICallerResolver callers, CampaignQueries queries, CampaignControl control, CampaignEraser eraser)
{
    /// <summary>Stops a campaign: 202 with the campaign as it is now.</summary>
    [Function("CancelCampaign")]
    public async Task<IResult> CancelAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = CampaignRoutes.Cancel)] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        string id,
        CancellationToken cancellationToken)
    {
        Caller caller = await callers.ResolveAsync(request, cancellationToken);
        return Accepted(request, await control.CancelAsync(client, caller, CampaignRoutes.ParseId(id), cancellationToken));
    }

    /// <summary>Runs what is missing of a failed campaign once more: 202 with the campaign as it is now.</summary>
    [Function("RetryCampaign")]
    public async Task<IResult> RetryAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = CampaignRoutes.Retry)] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        string id,
        CancellationToken cancellationToken)
    {
        Caller caller = await callers.ResolveAsync(request, cancellationToken);
        Campaign campaign = await control.RedriveAsync(client, caller, CampaignRoutes.ParseId(id), cancellationToken);
        request.HttpContext.Response.Headers.RetryAfter = GetCampaign.PollInterval;
        return Accepted(request, campaign);
    }

    /// <summary>Deletes a campaign that has ended, with all that belongs to it: 204.</summary>
    [Function("DeleteCampaign")]
    public async Task<IResult> DeleteAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = CampaignRoutes.Campaign)] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        string id,
        CancellationToken cancellationToken)
    {
        Caller caller = await callers.ResolveAsync(request, cancellationToken);
        Guid campaignId = CampaignRoutes.ParseId(id);
        if (await eraser.TryEraseAsync(client, caller, campaignId, cancellationToken))
            return Results.NoContent();
        throw await queries.FindVersionAsync(caller, campaignId, cancellationToken) is null
            ? ApiException.NotFound("campaign")
            : new ApiException(StatusCodes.Status409Conflict, "campaign_running", "The campaign is running; cancel it first.");
    }

    private static IResult Accepted(HttpRequest request, Campaign campaign)
    {
        request.HttpContext.Response.Headers.Location = CampaignRoutes.Self(campaign.Id);
        return ApiJson.Result(CampaignViews.From(campaign), StatusCodes.Status202Accepted);
    }
}
