using Atelier.Access;
using Atelier.Access.Limits;
using Atelier.Campaigns.Control;
using Atelier.Campaigns.Http;
using Atelier.Http;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Atelier.Problems;
using Microsoft.Azure.Functions.Worker;
using Microsoft.EntityFrameworkCore;

namespace Atelier.Campaigns.Sharing;

/// <summary>
/// <c>GET /api/shared/{token}</c>, <c>GET /api/shared/{token}/images/{index}</c>, <c>POST /api/shared/{token}/report</c>: what anyone can do who has a
/// share's link. A token that is unknown, expired or revoked, or whose campaign is deleted, is the same 404.
/// </summary>
public sealed class SharedFunctions(AtelierDbContext db, CampaignQueries queries, GetCampaignImage images, RequestRate rate)
{
    private const int MaxReports = 20;
    private const int MaxReasonLength = 1000;

    // Asked for again each time: nothing outlives the share.
    private const string Revalidate = "private, no-cache";

    /// <summary>Shows what is complete of a shared campaign, and nothing about its owner.</summary>
    [Function("GetShared")]
    public async Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.Shared)] HttpRequest request, string token, CancellationToken cancellationToken)
    {
        var share = await OpenAsync(request, token, cancellationToken);
        var campaign = await queries.FindAsync(new Caller(share.UserId), share.CampaignId, cancellationToken) ?? throw NotFound();
        var headers = request.HttpContext.Response.Headers;
        headers.CacheControl = Revalidate;
        var tag = $"W/\"{campaign.Version}\"";
        headers.ETag = tag;
        return request.Headers.IfNoneMatch.ToString().Split(',', StringSplitOptions.TrimEntries).Contains(tag)
            ? Results.StatusCode(StatusCodes.Status304NotModified)
            : ApiJson.Result(ViewOf(campaign, share, token));
    }

    /// <summary>Streams an image of a shared campaign, or a smaller copy of it.</summary>
    [Function("GetSharedImage")]
    public async Task<IResult> GetImageAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.SharedImage)] HttpRequest request,
        string token,
        string index,
        CancellationToken cancellationToken)
    {
        var share = await OpenAsync(request, token, cancellationToken);
        try
        {
            return await images.SendAsync(request, new Caller(share.UserId), share.CampaignId, index, version: null, cancellationToken);
        }
        catch (ApiException exception) when (exception.Code == LostImages.Code)
        {
            // What can be done about it is for the owner.
            throw ApiException.NotFound("image");
        }
    }

    /// <summary>Takes a complaint about what a share shows, for operators: 202. No more than some are kept of each share.</summary>
    [Function("ReportShared")]
    public async Task<IResult> ReportAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Routes.ReportShared)] HttpRequest request, string token, CancellationToken cancellationToken)
    {
        var share = await OpenAsync(request, token, cancellationToken);
        using var body = await RequestBody.ReadJsonAsync(request, cancellationToken);
        var errors = new FieldErrors();
        var reason = new JsonFields(body.RootElement, path: "", errors, "reason").Text("reason", MaxReasonLength);
        if (reason is null)
            errors.AddMissing("reason");
        errors.ThrowIfAny();
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO share_reports (id, share_id, reason, at)
            SELECT {Guid.CreateVersion7()}, id, {reason}, now() FROM campaign_shares
            WHERE id = {share.Id} AND (SELECT count(*) FROM share_reports WHERE share_id = {share.Id}) < {MaxReports}
            """,
            cancellationToken);
        return Results.StatusCode(StatusCodes.Status202Accepted);
    }

    private async Task<CampaignShare> OpenAsync(HttpRequest request, string token, CancellationToken cancellationToken)
    {
        var http = request.HttpContext;
        http.Response.Headers["X-Robots-Tag"] = "noindex";
        var hash = ShareToken.HashOf(token);
        var share = await db.Shares.AsNoTracking()
            .SingleOrDefaultAsync(share => share.TokenHash == hash && share.ExpiresAt > DatabaseTime.Now(), cancellationToken)
            ?? throw NotFound();
        // All visitors of a share together: what their addresses are, only a proxy knows. No caller's id has a tab.
        await rate.CountAsync(new Caller($"share\t{share.Id}"), http, cancellationToken);
        return share;
    }

    private static SharedCampaignView ViewOf(Campaign campaign, CampaignShare share, string token) => new(
        campaign.Prompt,
        campaign.CreatedAt,
        share.ExpiresAt,
        campaign.TextStatus == PartStatus.Complete ? campaign.Text : null,
        [
            .. campaign.Images.Where(image => image.Status == PartStatus.Complete).OrderBy(image => image.Index)
                .Select(image => new SharedImageView(image.Index, $"/api/shared/{Uri.EscapeDataString(token)}/images/{image.Index}", image.Width, image.Height)),
        ]);

    private static ApiException NotFound() => ApiException.NotFound("share");
}

/// <summary>A campaign as everyone sees it who has a share's link.</summary>
/// <param name="Prompt">What was asked for.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="ExpiresAt">When the share ends.</param>
/// <param name="Text">The text; <see langword="null"/> where there is none that is complete.</param>
/// <param name="Images">The images that are complete.</param>
public sealed record SharedCampaignView(
    string Prompt, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, string? Text, IReadOnlyList<SharedImageView> Images);

/// <summary>An image of a shared campaign.</summary>
/// <param name="Index">From 0.</param>
/// <param name="Url">Where its bytes are, from the root of the app.</param>
/// <param name="Width">In pixels; <see langword="null"/> where it is unknown.</param>
/// <param name="Height">In pixels; <see langword="null"/> where it is unknown.</param>
public sealed record SharedImageView(int Index, string Url, int? Width, int? Height);
