using System.Globalization;

namespace Atelier.Http;

/// <summary>What the query string of a list says of its pages.</summary>
internal static class PageQuery
{
    /// <summary>The parameter <c>limit</c>, from 1.</summary>
    public static int ReadLimit(IQueryCollection query, int defaultLimit, int maxLimit, FieldErrors errors)
    {
        var text = query["limit"].ToString();
        if (text.Length == 0)
            return defaultLimit;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit >= 1 && limit <= maxLimit)
            return limit;
        errors.Add("limit", $"must be a whole number from 1 to {maxLimit}.");
        return defaultLimit;
    }

    /// <summary>The parameter <c>cursor</c>: where the page before ended; <see langword="null"/> for the first page.</summary>
    public static Cursor? ReadCursor(IQueryCollection query, FieldErrors errors)
    {
        var text = query["cursor"].ToString();
        if (text.Length == 0)
            return null;
        if (!Cursor.TryParse(text, out var cursor))
            errors.Add("cursor", "must be the nextCursor of an earlier page.");
        return cursor;
    }
}
