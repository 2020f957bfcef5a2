using Atelier.Http;
using Atelier.Persistence;
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
            .Join(db.Shares, report => report.ShareId, share => share.Id, (report, share) => new { report, share })
            .Join(db.Campaigns, each => each.share.CampaignId, campaign => campaign.Id, (each, campaign) => new ReportView(
                each.report.Id, each.share.Id, each.share.UserId, campaign.Id, campaign.Prompt, each.report.Reason, each.report.At))
            .ToListAsync(cancellationToken);
        ReportView[] page = [.. found.OrderByDescending(report => report.At).ThenByDescending(report => report.Id).Take(limit)];
        return ApiJson.Result(new ReportPage(page, found.Count > limit ? new Cursor(page[^1].At, page[^1].Id).ToString() : null));
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
