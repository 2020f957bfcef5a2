using System.Globalization;
using Atelier.Problems;

namespace Atelier.Http;

/// <summary>Numbers in a query string.</summary>
internal static class QueryNumbers
{
    /// <summary>The parameter <c>limit</c>, from 1.</summary>
    /// <exception cref="ApiException">400: it is no number, or out of range.</exception>
    public static int ReadLimit(IQueryCollection query, int defaultLimit, int maxLimit)
    {
        string text = query["limit"].ToString();
        if (text.Length == 0)
            return defaultLimit;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int limit) && limit >= 1 && limit <= maxLimit
            ? limit
            : throw ApiException.Invalid("limit", $"must be a whole number from 1 to {maxLimit}.");
    }
}
