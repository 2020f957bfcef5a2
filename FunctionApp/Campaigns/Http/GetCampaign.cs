using System.Globalization;
using Atelier.Access;
using Atelier.Durable;
using Atelier.Http;
using Atelier.Persistence;
using Atelier.Problems;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Atelier.Campaigns.Http;

/// <summary><c>GET /api/campaigns/{id}</c>: the campaign as it is now, or as soon as it changes.</summary>
public sealed class GetCampaign(CampaignWatch watch, DurableCalls durable)
{
    /// <summary>Seconds after which a caller that polls should look again.</summary>
    internal const string PollInterval = "2";

    private const int MaxWait = 60;
    private const string Orchestration = "orchestration";
    private const string Change = "change";
    private const string Ended = "ended";

    /// <summary>
    /// Shows a campaign; 304 where the caller has this version already. With <c>include=orchestration</c> its orchestration's own status too: that
    /// changes without the campaign's version, so such a response has no <c>ETag</c>.
    /// </summary>
    [Function(nameof(GetCampaign))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.Campaign)] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        string id,
        CancellationToken cancellationToken)
    {
        var caller = Caller.Of(request);
        var campaignId = PathId.Parse(id, "campaign");
        var wait = ReadWait(request.Query);
        var withOrchestration = ReadInclude(request.Query);
        var isKnown = CampaignTag.ReadNoneMatch(request);

        var isAwaited = ReadUntil(request.Query) ? _ => false : isKnown is null ? null : (Func<long, bool>)(version => !isKnown(version));
        var campaign = await watch.ReadAsync(caller, campaignId, isAwaited, wait, cancellationToken)
            ?? throw ApiException.NotFound("campaign");

        var orchestration = withOrchestration
            ? await durable.RunAsync(
                campaign.InstanceId, token => client.GetInstanceAsync(campaign.InstanceId, getInputsAndOutputs: true, token), cancellationToken)
            : null;
        var headers = request.HttpContext.Response.Headers;
        if (!campaign.Status.HasEnded())
            headers.RetryAfter = PollInterval;
        if (!withOrchestration)
        {
            headers.ETag = CampaignTag.Of(campaign.Version);
            headers.CacheControl = "private, no-cache";
            if (isKnown?.Invoke(campaign.Version) == true)
                return Results.StatusCode(StatusCodes.Status304NotModified);
        }

        var view = CampaignViews.From(campaign);
        return withOrchestration
            ? ApiJson.Result(new CampaignWithOrchestrationView(view, CampaignViews.From(orchestration)))
            : ApiJson.Result(view);
    }

    private static bool ReadInclude(IQueryCollection query) => query["include"].ToString() switch
    {
        "" => false,
        Orchestration => true,
        _ => throw ApiException.Invalid("include", $"must be {Orchestration}."),
    };

    // Whether the caller waits for the end, and not for any change.
    private static bool ReadUntil(IQueryCollection query) => query["until"].ToString() switch
    {
        "" or Change => false,
        Ended => true,
        _ => throw ApiException.Invalid("until", $"must be {Change} or {Ended}."),
    };

    private static TimeSpan ReadWait(IQueryCollection query)
    {
        var text = query["wait"].ToString();
        if (text.Length == 0)
            return TimeSpan.Zero;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= MaxWait
            ? TimeSpan.FromSeconds(seconds)
            : throw ApiException.Invalid("wait", $"must be a whole number of seconds from 0 to {MaxWait}.");
    }
}
