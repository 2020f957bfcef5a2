using Atelier.Http;
using Atelier.Persistence;

namespace Atelier.Campaigns.Http;

/// <summary>The query of <c>GET /api/campaigns</c>.</summary>
/// <param name="Status">Only campaigns of this status; <see langword="null"/> for all.</param>
/// <param name="Words">Only campaigns in which each of these words is the beginning of one; <see langword="null"/> for all.</param>
/// <param name="Favorite">Only favorites, or only others; <see langword="null"/> for all.</param>
/// <param name="Tag">Only campaigns with this tag, in any case; <see langword="null"/> for all.</param>
/// <param name="From">Only campaigns that were not created earlier; <see langword="null"/> for all.</param>
/// <param name="Until">Only campaigns that were created earlier; <see langword="null"/> for all.</param>
/// <param name="Limit">How many at most, 1 to 100. Default is 20.</param>
/// <param name="After">Where the page before ended; <see langword="null"/> for the first page.</param>
internal sealed record ListQuery(
    CampaignStatus? Status, string? Words, bool? Favorite, string? Tag, DateTimeOffset? From, DateTimeOffset? Until, int Limit, Cursor? After)
{
    private const int DefaultLimit = 20;
    private const int MaxLimit = 100;
    private const int MaxWordsLength = 200;

    /// <summary>Reads and checks a query string.</summary>
    /// <exception cref="Problems.ApiException">400 with every parameter that is wrong.</exception>
    public static ListQuery Read(IQueryCollection query)
    {
        var errors = new FieldErrors();
        var result = new ListQuery(
            ReadStatus(query, errors),
            ReadWords(query, errors),
            ReadFavorite(query, errors),
            ReadTag(query, errors),
            TimeText.Read(TextOf(query, "from"), "from", errors),
            TimeText.Read(TextOf(query, "until"), "until", errors),
            PageQuery.ReadLimit(query, DefaultLimit, MaxLimit, errors),
            PageQuery.ReadCursor(query, errors));
        errors.ThrowIfAny();
        return result;
    }

    private static CampaignStatus? ReadStatus(IQueryCollection query, FieldErrors errors)
    {
        var text = query["status"].ToString();
        if (text.Length == 0)
            return null;
        foreach (var status in Enum.GetValues<CampaignStatus>())
        {
            if (status.ToText() == text)
                return status;
        }
        errors.Add("status", $"must be one of {string.Join(", ", Enum.GetValues<CampaignStatus>().Select(status => status.ToText()))}.");
        return null;
    }

    private static bool? ReadFavorite(IQueryCollection query, FieldErrors errors)
    {
        switch (TextOf(query, "favorite"))
        {
            case null:
                return null;
            case "true":
                return true;
            case "false":
                return false;
            default:
                errors.Add("favorite", "must be true or false.");
                return null;
        }
    }

    private static string? ReadTag(IQueryCollection query, FieldErrors errors)
    {
        if (TextOf(query, "tag") is not { } tag)
            return null;
        if (!NameAndTags.IsTag(tag))
            errors.Add("tag", $"must be a text of 1 to {NameAndTags.MaxTagLength} characters that is not blank.");
        return tag.Trim();
    }

    private static string? TextOf(IQueryCollection query, string name) => query[name].ToString() is { Length: > 0 } text ? text : null;

    private static string? ReadWords(IQueryCollection query, FieldErrors errors)
    {
        var words = query["q"].ToString();
        if (words.Length > MaxWordsLength || words.Contains('\0', StringComparison.Ordinal))
            errors.Add("q", $"must be at most {MaxWordsLength} characters, none of them U+0000.");
        return string.IsNullOrWhiteSpace(words) ? null : words;
    }
}
