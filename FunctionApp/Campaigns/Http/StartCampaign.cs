using Atelier.Access;
using Atelier.Campaigns.Workflow;
using Atelier.Http;
using Atelier.Problems;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Atelier.Campaigns.Http;

/// <summary><c>POST /api/campaigns</c>: accepts a campaign.</summary>
public sealed class StartCampaign(NewCampaignReader reader, CampaignIntake intake, CampaignScheduler scheduler, CampaignQueries queries)
{
    /// <summary>Accepts a campaign and starts its orchestration: 202 once it can no longer be lost.</summary>
    [Function(nameof(StartCampaign))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Routes.Campaigns)] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var caller = Caller.Of(request);
        var key = IdempotencyKey.Read(request);
        var wanted = await reader.ReadAsync(request, cancellationToken);

        var accepted = await intake.AcceptAsync(caller, key, wanted, cancellationToken);
        var campaign = accepted.Campaign;
        if (accepted.IsNew)
            await scheduler.TryScheduleAsync(client, campaign);
        else
            await queries.LoadPartsAsync([campaign], cancellationToken);

        var headers = request.HttpContext.Response.Headers;
        headers.Location = CampaignLinks.Self(campaign.Id);
        headers.RetryAfter = GetCampaign.PollInterval;
        return ApiJson.Result(CampaignViews.From(campaign), StatusCodes.Status202Accepted);
    }
}
