using System.Globalization;
using Atelier.Access;
using Atelier.Campaigns.Http;
using Atelier.Http;
using Atelier.Problems;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Atelier.Campaigns.Control;

/// <summary>The versions of a campaign's parts: list them, make another one, choose one.</summary>
public sealed class VersionFunctions(CampaignQueries queries, VersionControl control)
{
    private const int MaxPromptLength = 4000;

    /// <summary><c>GET /api/campaigns/{id}/versions</c>: all versions of all parts.</summary>
    [Function("ListVersions")]
    public async Task<IResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.CampaignVersions)] HttpRequest request,
        string id,
        CancellationToken cancellationToken)
    {
        var caller = Caller.Of(request);
        var campaign = await queries.FindAsync(caller, PathId.Parse(id, "campaign"), cancellationToken) ?? throw ApiException.NotFound("campaign");
        request.HttpContext.Response.Headers.CacheControl = "private, no-cache";
        return ApiJson.Result(new VersionsView(CampaignViews.VersionsOf(campaign, await queries.FindVersionsAsync(campaign.Id, cancellationToken))));
    }

    /// <summary><c>POST /api/campaigns/{id}/images/{index}/regenerate</c>: begins another version of an image.</summary>
    [Function("RegenerateImage")]
    public Task<IResult> RegenerateImageAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Routes.RegenerateImage)] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        string id,
        string index,
        CancellationToken cancellationToken) =>
        RegenerateAsync(request, client, id, ParseIndex(index), cancellationToken);

    /// <summary><c>POST /api/campaigns/{id}/text/regenerate</c>: begins another version of the text.</summary>
    [Function("RegenerateText")]
    public Task<IResult> RegenerateTextAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Routes.RegenerateText)] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        string id,
        CancellationToken cancellationToken) =>
        RegenerateAsync(request, client, id, image: null, cancellationToken);

    /// <summary><c>PUT /api/campaigns/{id}/images/{index}/version</c>: chooses the version of an image that the campaign shows.</summary>
    [Function("ChooseImageVersion")]
    public Task<IResult> ChooseImageAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = Routes.ImageVersion)] HttpRequest request,
        string id,
        string index,
        CancellationToken cancellationToken) =>
        ChooseAsync(request, id, ParseIndex(index), cancellationToken);

    /// <summary><c>PUT /api/campaigns/{id}/text/version</c>: chooses the version of the text that the campaign shows.</summary>
    [Function("ChooseTextVersion")]
    public Task<IResult> ChooseTextAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = Routes.TextVersion)] HttpRequest request,
        string id,
        CancellationToken cancellationToken) =>
        ChooseAsync(request, id, image: null, cancellationToken);

    private async Task<IResult> RegenerateAsync(
        HttpRequest request, DurableTaskClient client, string id, int? image, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(request);
        var campaignId = PathId.Parse(id, "campaign");
        var key = IdempotencyKey.Read(request);
        var prompt = await ReadPromptAsync(request, cancellationToken);
        await control.RegenerateAsync(client, caller, campaignId, image, prompt, key, cancellationToken);
        var headers = request.HttpContext.Response.Headers;
        headers.Location = CampaignLinks.Self(campaignId);
        headers.RetryAfter = GetCampaign.PollInterval;
        return await ShowAsync(caller, campaignId, StatusCodes.Status202Accepted, cancellationToken);
    }

    private async Task<IResult> ChooseAsync(HttpRequest request, string id, int? image, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(request);
        var campaignId = PathId.Parse(id, "campaign");
        using var body = await RequestBody.ReadJsonAsync(request, cancellationToken);
        var errors = new FieldErrors();
        var fields = new JsonFields(body.RootElement, "", errors, "version");
        var version = fields.Number("version", 1, int.MaxValue);
        if (version is null)
            errors.AddMissing("version");
        errors.ThrowIfAny();
        await control.ChooseAsync(caller, campaignId, image, version!.Value, cancellationToken);
        return await ShowAsync(caller, campaignId, StatusCodes.Status200OK, cancellationToken);
    }

    private async Task<IResult> ShowAsync(Caller caller, Guid id, int status, CancellationToken cancellationToken)
    {
        var campaign = await queries.FindAsync(caller, id, cancellationToken) ?? throw ApiException.NotFound("campaign");
        return ApiJson.Result(CampaignViews.From(campaign), status);
    }

    // The body is optional: without one the part is made from the campaign's prompt.
    private static async Task<string?> ReadPromptAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
            return null;
        using var body = await RequestBody.ReadJsonAsync(request, cancellationToken);
        var errors = new FieldErrors();
        var prompt = new JsonFields(body.RootElement, "", errors, "prompt").Text("prompt", MaxPromptLength);
        errors.ThrowIfAny();
        return prompt;
    }

    private static int ParseIndex(string index) =>
        int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw ApiException.NotFound("image");
}
