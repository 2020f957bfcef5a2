using Atelier.Access;
using Atelier.Http;
using Atelier.Persistence.Tables;
using Atelier.Problems;
using Microsoft.Azure.Functions.Worker;

namespace Atelier.Campaigns.Http;

/// <summary><c>GET /api/campaigns</c>: the caller's campaigns, newest first.</summary>
public sealed class ListCampaigns(CampaignQueries queries)
{
    /// <summary>Shows a page of campaigns.</summary>
    [Function(nameof(ListCampaigns))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.Campaigns)] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var caller = Caller.Of(request);
        var query = ListQuery.Read(request.Query);

        var campaigns = await queries.ListAsync(caller, query, cancellationToken);
        var hasMore = campaigns.Count > query.Limit;
        Campaign[] page = [.. campaigns.Take(query.Limit)];
        await queries.LoadPartsAsync(page, cancellationToken);

        request.HttpContext.Response.Headers.CacheControl = "private, no-cache";
        var next = hasMore ? new Cursor(page[^1].CreatedAt, page[^1].Id).ToString() : null;
        return ApiJson.Result(new CampaignPage([.. page.Select(CampaignViews.From)], next));
    }
}
