using Atelier.Http;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Atelier.Problems;
using Microsoft.Azure.Functions.Worker;
using Microsoft.EntityFrameworkCore;

namespace Atelier.Campaigns.Sharing;

/// <summary><c>GET /api/reports</c>, <c>DELETE /api/reports/{id}</c>: complaints about shares, for operators.</summary>
public sealed class ReportFunctions(AtelierDbContext db)
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 200;

    /// <summary>Shows reports, newest first.</summary>
    [Function("ListReports")]
    public async Task<IResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.Reports)] HttpRequest request, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var after = PageQuery.ReadCursor(request.Query, errors);
        var limit = PageQuery.ReadLimit(request.Query, DefaultLimit, MaxLimit, errors);
        errors.ThrowIfAny();

        var reports = db.Reports.AsNoTracking();
        if (after is not null)
        {
            reports = reports.Where(report => EF.Functions.LessThan(
                ValueTuple.Create(report.At, report.Id), ValueTuple.Create(after.CreatedAt, after.Id)));
        }
        var found = await reports
            .OrderByDescending(report => report.At).ThenByDescending(report => report.Id)
            .Take(limit + 1)
            .ToListAsync(cancellationToken);
        var page = await ShowAsync([.. found.Take(limit)], cancellationToken);
        return ApiJson.Result(new ReportPage(page, found.Count > limit ? new Cursor(found[limit - 1].At, found[limit - 1].Id).ToString() : null));
    }

    // By their ids: a join would be planned for the few rows that there are at first, and read whole tables later. A share may be revoked in between.
    private async Task<IReadOnlyList<ReportView>> ShowAsync(IReadOnlyList<ShareReport> reports, CancellationToken cancellationToken)
    {
        Guid[] shareIds = [.. reports.Select(report => report.ShareId).Distinct()];
        var shares = await db.Shares.AsNoTracking().Where(share => shareIds.Contains(share.Id)).ToDictionaryAsync(share => share.Id, cancellationToken);
        Guid[] campaignIds = [.. shares.Values.Select(share => share.CampaignId).Distinct()];
        var prompts = await db.Campaigns.AsNoTracking()
            .Where(campaign => campaignIds.Contains(campaign.Id))
            .Select(campaign => new { campaign.Id, campaign.Prompt })
            .ToDictionaryAsync(campaign => campaign.Id, campaign => campaign.Prompt, cancellationToken);
        return
        [
            .. from report in reports
               let share = shares.GetValueOrDefault(report.ShareId)
               where share is not null && prompts.ContainsKey(share.CampaignId)
               select new ReportView(report.Id, share.Id, share.UserId, share.CampaignId, prompts[share.CampaignId], report.Reason, report.At),
        ];
    }

    /// <summary>Deletes a report; the share stays as it is.</summary>
    [Function("DeleteReport")]
    public async Task<IResult> DeleteAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = Routes.Report)] HttpRequest request, string id, CancellationToken cancellationToken)
    {
        var reportId = PathId.Parse(id, "report");
        return await db.Reports.Where(report => report.Id == reportId).ExecuteDeleteAsync(cancellationToken) > 0
            ? Results.NoContent()
            : throw ApiException.NotFound("report");
    }
}

/// <summary>A report as an operator sees it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="ShareId">The share that it is about.</param>
/// <param name="UserId">Who shared the campaign.</param>
/// <param name="CampaignId">The campaign.</param>
/// <param name="Prompt">The campaign's prompt, which the share shows.</param>
/// <param name="Reason">What a visitor wrote.</param>
/// <param name="At">When.</param>
public sealed record ReportView(Guid Id, Guid ShareId, string UserId, Guid CampaignId, string Prompt, string Reason, DateTimeOffset At);

/// <summary>A page of reports.</summary>
/// <param name="Items">The reports, newest first.</param>
/// <param name="NextCursor">Leads to the next page; <see langword="null"/> on the last.</param>
public sealed record ReportPage(IReadOnlyList<ReportView> Items, string? NextCursor);
