using Atelier.Access;
using Atelier.Campaigns.Http;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Microsoft.EntityFrameworkCore;

namespace Atelier.Campaigns;

/// <summary>Finds a caller's campaigns by the words of their prompts, in the list's order.</summary>
/// <remarks>
/// <c>campaign_words</c> holds a row for each word of each prompt, in the order of the list: a page of one word is read from where
/// its position, and no further. With several words or a status, the rarest of them is scanned and the others are looked up. Which one
/// is scanned is decided here, not by the planner, whose statistics do not cover one caller's words (docs/decisions/0040).
/// </remarks>
internal static class CampaignSearch
{
    // The rarest is the one of which this many matches reach back the furthest.
    private const int Sample = 200;

    /// <summary>The campaigns of a page and one more, in no order.</summary>
    public static async Task<IQueryable<Campaign>> FindAsync(
        AtelierDbContext db, Caller caller, ListQuery query, CancellationToken cancellationToken)
    {
        var owner = caller.UserId;
        // The first page: a time later than any campaign's.
        var createdAt = query.After?.CreatedAt ?? DateTimeOffset.MaxValue;
        var id = query.After?.Id ?? Guid.Empty;
        var words = await db.Database.SqlQuery<long>(
            $"""
            SELECT asked.word AS "Value" FROM unnest(campaign_words_of({query.Words})) AS asked (word)
            ORDER BY (
                SELECT kept.created_at FROM campaign_words AS kept
                WHERE kept.owner = hashtextextended({owner}, 0) AND kept.word = asked.word
                    AND (kept.created_at, kept.campaign_id) < ({createdAt}, {id})
                ORDER BY kept.created_at DESC, kept.campaign_id DESC OFFSET {Sample} LIMIT 1) NULLS FIRST
            """).ToListAsync(cancellationToken);
        if (words.Count == 0)
            return db.Campaigns.Where(campaign => false);

        return query.Status is { } status && await LeadsAsync(db, owner, status, words[0], createdAt, id, cancellationToken)
            ? ByStatus(db, owner, status, [.. words], createdAt, id, query.Limit + 1)
            : ByWord(db, owner, query.Status, words[0], [.. words.Skip(1)], createdAt, id, query.Limit + 1);
    }

    private static Task<bool> LeadsAsync(
        AtelierDbContext db, string owner, CampaignStatus status, long word, DateTimeOffset createdAt, Guid id, CancellationToken cancellationToken) =>
        db.Database.SqlQuery<bool>(
            $"""
            SELECT coalesce((
                    SELECT found.created_at FROM campaigns AS found
                    WHERE found.user_id = {owner} AND found.status = {status.ToText()} AND (found.created_at, found.id) < ({createdAt}, {id})
                    ORDER BY found.created_at DESC, found.id DESC OFFSET {Sample} LIMIT 1), '-infinity')
                < coalesce((
                    SELECT kept.created_at FROM campaign_words AS kept
                    WHERE kept.owner = hashtextextended({owner}, 0) AND kept.word = {word} AND (kept.created_at, kept.campaign_id) < ({createdAt}, {id})
                    ORDER BY kept.created_at DESC, kept.campaign_id DESC OFFSET {Sample} LIMIT 1), '-infinity') AS "Value"
            """).SingleAsync(cancellationToken);

    // The subqueries in the conditions run row by row: as joins they would lead the planner to read every row of a word.
    private static IQueryable<Campaign> ByWord(
        AtelierDbContext db, string owner, CampaignStatus? status, long word, long[] others, DateTimeOffset createdAt, Guid id, int count) =>
        db.Campaigns.FromSql(
            $"""
            SELECT * FROM campaigns WHERE id IN (
                SELECT kept.campaign_id FROM campaign_words AS kept
                WHERE kept.owner = hashtextextended({owner}, 0) AND kept.word = {word}
                    AND (kept.created_at, kept.campaign_id) < ({createdAt}, {id})
                    AND (SELECT count(*) FROM campaign_words AS other
                        WHERE other.owner = kept.owner AND other.word = ANY ({others})
                            AND other.created_at = kept.created_at AND other.campaign_id = kept.campaign_id) = cardinality({others})
                    AND (SELECT found.user_id = {owner} AND found.status = coalesce({status?.ToText()}, found.status)
                        FROM campaigns AS found WHERE found.id = kept.campaign_id)
                ORDER BY kept.created_at DESC, kept.campaign_id DESC
                LIMIT {count})
            """);

    private static IQueryable<Campaign> ByStatus(
        AtelierDbContext db, string owner, CampaignStatus status, long[] words, DateTimeOffset createdAt, Guid id, int count) =>
        db.Campaigns.FromSql(
            $"""
            SELECT * FROM campaigns WHERE id IN (
                SELECT found.id FROM campaigns AS found
                WHERE found.user_id = {owner} AND found.status = {status.ToText()} AND (found.created_at, found.id) < ({createdAt}, {id})
                    AND (SELECT count(*) FROM campaign_words AS kept
                        WHERE kept.owner = hashtextextended({owner}, 0) AND kept.word = ANY ({words})
                            AND kept.created_at = found.created_at AND kept.campaign_id = found.id) = cardinality({words})
                ORDER BY found.created_at DESC, found.id DESC
                LIMIT {count})
            """);
}
