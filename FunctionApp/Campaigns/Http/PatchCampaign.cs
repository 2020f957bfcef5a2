using Atelier.Access;
using Atelier.Campaigns.Control;
using Atelier.Http;
using Atelier.Problems;
using Microsoft.Azure.Functions.Worker;

namespace Atelier.Campaigns.Http;

/// <summary><c>PATCH /api/campaigns/{id}</c>: changes what its owner calls a campaign, and its text.</summary>
public sealed class PatchCampaign(CampaignEditor editor)
{
    private const string Text = "text";
    private const int MaxTextLength = 20_000;

    /// <summary>Changes the fields that are given: 200 with the campaign as it is now.</summary>
    [Function(nameof(PatchCampaign))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = Routes.Campaign)] HttpRequest request,
        string id,
        CancellationToken cancellationToken)
    {
        var caller = Caller.Of(request);
        var campaignId = PathId.Parse(id, "campaign");
        var edit = await ReadAsync(request, cancellationToken);
        var campaign = await editor.ApplyAsync(caller, campaignId, edit, CampaignTag.ReadMatch(request), cancellationToken);

        var headers = request.HttpContext.Response.Headers;
        headers.ETag = CampaignTag.Of(campaign.Version);
        headers.CacheControl = "private, no-cache";
        return ApiJson.Result(CampaignViews.From(campaign));
    }

    private static async Task<CampaignEdit> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadJsonAsync(request, cancellationToken);
        var errors = new FieldErrors();
        var fields = new JsonFields(body.RootElement, path: "", errors, NameAndTags.Name, "favorite", NameAndTags.Tags, Text);
        var edit = new CampaignEdit(
            fields.Has(NameAndTags.Name), NameAndTags.ReadName(fields), fields.Flag("favorite"), NameAndTags.ReadTags(fields, errors), fields.Text(Text, MaxTextLength));
        errors.ThrowIfAny();
        return edit;
    }
}
