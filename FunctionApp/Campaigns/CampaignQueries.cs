using Atelier.Access;
using Atelier.Campaigns.Http;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Atelier.Problems;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Atelier.Campaigns;

/// <summary>Reads campaigns, each query bounded, indexed, and of one caller only.</summary>
public sealed class CampaignQueries(AtelierDbContext db)
{
    // Two words that are frequent and never stand together are found out only at the end of the list.
    private const string SearchTimeoutMs = "300";

    /// <summary>A campaign with its images and attempts; <see langword="null"/> where the caller has none of that id.</summary>
    public async Task<Campaign?> FindAsync(Caller caller, Guid id, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = CampaignRow.Find(id, caller.UserId);
            command.Connection = (NpgsqlConnection)db.Database.GetDbConnection();
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            return await row.ReadAsync(cancellationToken) ? CampaignRow.Read(row) : null;
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    /// <summary>The version of the caller's campaign; <see langword="null"/> where the caller has none of that id.</summary>
    public Task<long?> FindVersionAsync(Caller caller, Guid id, CancellationToken cancellationToken) =>
        Of(caller).Where(campaign => campaign.Id == id).Select(campaign => (long?)campaign.Version).SingleOrDefaultAsync(cancellationToken);

    /// <summary>The campaign that an earlier POST under this key has made.</summary>
    public Task<Campaign?> FindByKeyAsync(Caller caller, string idempotencyKey, CancellationToken cancellationToken) =>
        Of(caller).SingleOrDefaultAsync(campaign => campaign.IdempotencyKey == idempotencyKey, cancellationToken);

    /// <summary>One image; <see langword="null"/> where the caller has no such campaign or the campaign no such image.</summary>
    public Task<CampaignImage?> FindImageAsync(Caller caller, Guid id, int index, CancellationToken cancellationToken) =>
        Of(caller).Where(campaign => campaign.Id == id)
            .SelectMany(campaign => campaign.Images)
            .SingleOrDefaultAsync(image => image.Index == index, cancellationToken);

    /// <summary>The versions of a campaign that the caller may read; none of a part that was never regenerated.</summary>
    public Task<List<PartVersion>> FindVersionsAsync(Guid id, CancellationToken cancellationToken) =>
        db.Versions.AsNoTracking().Where(version => version.CampaignId == id).ToListAsync(cancellationToken);

    /// <summary>One version of an image of the caller that is not the current one; <see langword="null"/> where there is none.</summary>
    public async Task<PartVersion?> FindVersionAsync(Caller caller, Guid id, string part, int number, CancellationToken cancellationToken) =>
        await Of(caller).AnyAsync(campaign => campaign.Id == id, cancellationToken)
            ? await db.Versions.AsNoTracking()
                .SingleOrDefaultAsync(version => version.CampaignId == id && version.Part == part && version.Number == number, cancellationToken)
            : null;

    /// <summary>One more campaign than the page holds, so that the caller sees whether another page follows.</summary>
    /// <exception cref="ApiException">400: the words are so frequent that the search would take too long.</exception>
    internal async Task<List<Campaign>> ListAsync(Caller caller, ListQuery query, CancellationToken cancellationToken)
    {
        if (query is { Words: null, Tag: null })
            return await ListAsync(Of(caller), query, cancellationToken);
        try
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            await db.Database.ExecuteSqlAsync($"SELECT set_config('statement_timeout', {SearchTimeoutMs}, true)", cancellationToken);
            var found = CampaignSearch.Find(db, caller, query).AsNoTracking().Where(campaign => campaign.UserId == caller.UserId);
            return await ListAsync(found, query, cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.QueryCanceled && !cancellationToken.IsCancellationRequested)
        {
            throw new ApiException(400, "search_too_broad", "These words are too frequent to be searched together; add a rarer one.");
        }
    }

    private static async Task<List<Campaign>> ListAsync(IQueryable<Campaign> campaigns, ListQuery query, CancellationToken cancellationToken)
    {
        if (query.Status is { } status)
            campaigns = campaigns.Where(campaign => campaign.Status == status);
        // A constant, not a parameter: the index of favorites is a partial one.
        if (query.Favorite == true)
            campaigns = campaigns.Where(campaign => campaign.Favorite);
        else if (query.Favorite == false)
            campaigns = campaigns.Where(campaign => !campaign.Favorite);
        if (query.From is { } from)
            campaigns = campaigns.Where(campaign => campaign.CreatedAt >= from);
        if (query.Until is { } until)
            campaigns = campaigns.Where(campaign => campaign.CreatedAt < until);
        if (query.After is { } after)
        {
            // A row comparison: one step down the index, not two conditions.
            campaigns = campaigns.Where(campaign => EF.Functions.LessThan(
                ValueTuple.Create(campaign.CreatedAt, campaign.Id), ValueTuple.Create(after.CreatedAt, after.Id)));
        }
        return await campaigns
            .OrderByDescending(campaign => campaign.CreatedAt).ThenByDescending(campaign => campaign.Id)
            .Take(query.Limit + 1)
            .ToListAsync(cancellationToken);
    }

    /// <summary>Loads images and attempts of campaigns that were read without.</summary>
    public async Task LoadPartsAsync(IReadOnlyCollection<Campaign> campaigns, CancellationToken cancellationToken)
    {
        Guid[] ids = [.. campaigns.Select(campaign => campaign.Id)];
        var images = (await db.Images.AsNoTracking()
            .Where(image => ids.Contains(image.CampaignId)).ToListAsync(cancellationToken)).ToLookup(image => image.CampaignId);
        var attempts = (await db.Attempts.AsNoTracking()
            .Where(attempt => ids.Contains(attempt.CampaignId)).ToListAsync(cancellationToken)).ToLookup(attempt => attempt.CampaignId);
        foreach (var campaign in campaigns)
        {
            campaign.Images.AddRange(images[campaign.Id]);
            campaign.Attempts.AddRange(attempts[campaign.Id]);
        }
    }

    private IQueryable<Campaign> Of(Caller caller) => db.Campaigns.AsNoTracking().Where(campaign => campaign.UserId == caller.UserId);
}
