using Atelier.Access;
using Atelier.Http;
using Atelier.Persistence;
using Atelier.Problems;
using Microsoft.Azure.Functions.Worker;
using Microsoft.EntityFrameworkCore;

namespace Atelier.Campaigns.Sharing;

/// <summary><c>POST</c> and <c>GET /api/campaigns/{id}/shares</c>, <c>DELETE /api/shares/{id}</c>: the owner's side of shares.</summary>
public sealed class ShareFunctions(AtelierDbContext db, CampaignQueries queries, IConfiguration configuration)
{
    private const int MaxShares = 20;
    private const int MaxDays = 365;

    // One statement, and by PostgreSQL's clock: who opens the share compares with that.
    private const string Insert =
        """
        INSERT INTO campaign_shares (id, campaign_id, user_id, token_hash, created_at, expires_at)
        SELECT {0}, id, user_id, {3}, now(), now() + make_interval(days => {4}) FROM campaigns
        WHERE id = {1} AND user_id = {2} AND (SELECT count(*) FROM campaign_shares WHERE campaign_id = {1}) < {5}
        RETURNING expires_at AS "Value"
        """;

    /// <summary>Shares a campaign. Only this response shows the link.</summary>
    [Function("CreateShare")]
    public async Task<IResult> CreateAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Routes.CampaignShares)] HttpRequest request, string id, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(request);
        var campaignId = PathId.Parse(id, "campaign");
        await CheckAsync(caller, campaignId, cancellationToken);
        var days = await ReadDaysAsync(request, cancellationToken);

        var shareId = Guid.CreateVersion7();
        var token = ShareToken.Create();
        var expires = await db.Database
            .SqlQueryRaw<DateTimeOffset>(Insert, shareId, campaignId, caller.UserId, ShareToken.HashOf(token), days, MaxShares)
            .ToListAsync(cancellationToken);
        if (expires.Count == 0)
            throw new ApiException(StatusCodes.Status409Conflict, "too_many_shares", $"A campaign may have {MaxShares} shares; revoke one first.");
        return ApiJson.Result(new NewShareView(shareId, UrlOf(token), expires[0]), StatusCodes.Status201Created);
    }

    /// <summary>Shows the shares of a campaign, the newest first, without their links.</summary>
    [Function("ListShares")]
    public async Task<IResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.CampaignShares)] HttpRequest request, string id, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(request);
        var campaignId = PathId.Parse(id, "campaign");
        await CheckAsync(caller, campaignId, cancellationToken);
        var shares = await db.Shares.AsNoTracking()
            .Where(share => share.CampaignId == campaignId && share.ExpiresAt > DatabaseTime.Now())
            .OrderByDescending(share => share.CreatedAt)
            .Select(share => new ShareView(share.Id, share.CreatedAt, share.ExpiresAt))
            .ToListAsync(cancellationToken);
        return ApiJson.Result(new ShareList(shares));
    }

    /// <summary>Revokes a share, from the next request on. An operator may revoke anybody's.</summary>
    [Function("RevokeShare")]
    public async Task<IResult> RevokeAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = Routes.Share)] HttpRequest request, string id, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(request);
        var shareId = PathId.Parse(id, "share");
        var shares = db.Shares.Where(share => share.Id == shareId);
        if (!caller.IsOperator)
            shares = shares.Where(share => share.UserId == caller.UserId);
        return await shares.ExecuteDeleteAsync(cancellationToken) > 0 ? Results.NoContent() : throw ApiException.NotFound("share");
    }

    private async Task CheckAsync(Caller caller, Guid campaignId, CancellationToken cancellationToken)
    {
        if (await queries.FindVersionAsync(caller, campaignId, cancellationToken) is null)
            throw ApiException.NotFound("campaign");
    }

    private static async Task<int> ReadDaysAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadJsonAsync(request, cancellationToken);
        var errors = new FieldErrors();
        var days = new JsonFields(body.RootElement, path: "", errors, "expiresInDays").Number("expiresInDays", 1, MaxDays);
        if (days is null)
            errors.AddMissing("expiresInDays");
        errors.ThrowIfAny();
        return days!.Value;
    }

    // Behind a proxy a process knows its address by its settings alone.
    private string UrlOf(string token) => $"{configuration["PublicUrl"]?.TrimEnd('/')}/s/{token}";
}

/// <summary>A new share, with what is never shown again.</summary>
/// <param name="Id">Its id, to revoke it.</param>
/// <param name="Url">The link; without <c>PublicUrl</c> in the settings, from the root of the app.</param>
/// <param name="ExpiresAt">From then on it shows nothing.</param>
public sealed record NewShareView(Guid Id, string Url, DateTimeOffset ExpiresAt);

/// <summary>A share as its owner sees it.</summary>
/// <param name="Id">Its id, to revoke it.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">From then on it shows nothing.</param>
public sealed record ShareView(Guid Id, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);

/// <summary>The shares of a campaign that have not expired.</summary>
public sealed record ShareList(IReadOnlyList<ShareView> Items);
