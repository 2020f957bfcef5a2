using Atelier.Access;
using Atelier.Campaigns.Http;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Microsoft.EntityFrameworkCore;

namespace Atelier.Campaigns;

/// <summary>Finds a caller's campaigns by the beginnings of words and by tag, in the list's order (docs/decisions/0102).</summary>
internal static class CampaignSearch
{
    /// <summary>The campaigns of a page and one more, in no order.</summary>
    public static IQueryable<Campaign> Find(AtelierDbContext db, Caller caller, ListQuery query) => db.Campaigns.FromSql(
        $"""
        SELECT * FROM campaigns WHERE id IN (SELECT campaign_search(
            {caller.UserId}, {query.Words}, {query.Tag}, {query.Status?.ToText()}, {query.Favorite},
            {query.From}, {query.Until}, {query.After?.CreatedAt ?? DateTimeOffset.MaxValue}, {query.After?.Id}, {query.Limit + 1}))
        """);
}
