using Atelier.Access;
using Atelier.Campaigns;
using Atelier.Http;
using Atelier.Problems;
using Microsoft.Azure.Functions.Worker;

namespace Atelier.Notifications.Streams;

/// <summary><c>GET /api/events</c> and <c>GET /api/campaigns/{id}/events</c>: server-sent events.</summary>
public sealed class StreamFunctions(CampaignQueries queries, EventStream stream)
{
    /// <summary>Streams the events of all of the caller's campaigns, from now on or after <c>Last-Event-ID</c>.</summary>
    [Function("StreamEvents")]
    public async Task<IResult> StreamAllAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.Events)] HttpRequest request, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(request);
        await stream.WriteAsync(request.HttpContext, caller.UserId, campaignId: null, EventPosition.Read(request), cancellationToken);
        return Results.Empty;
    }

    /// <summary>Streams the events of one campaign, from its first or after <c>Last-Event-ID</c>.</summary>
    [Function("StreamCampaignEvents")]
    public async Task<IResult> StreamOneAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.CampaignEvents)] HttpRequest request,
        string id,
        CancellationToken cancellationToken)
    {
        var caller = Caller.Of(request);
        var campaignId = PathId.Parse(id, "campaign");
        var after = EventPosition.Read(request);
        _ = await queries.FindVersionAsync(caller, campaignId, cancellationToken) ?? throw ApiException.NotFound("campaign");
        await stream.WriteAsync(request.HttpContext, caller.UserId, campaignId, after, cancellationToken);
        return Results.Empty;
    }
}
