using System.Globalization;

namespace Atelier.Http;

/// <summary>A time in a request: RFC 3339, or a date for the beginning of that day in UTC.</summary>
internal static class TimeText
{
    // A looser format would read 12:00 as noon today.
    private static readonly string[] Formats =
        ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd"];

    /// <summary>Reads a time; <see langword="null"/> where there is no text, or it is no time, which is an error of its field.</summary>
    public static DateTimeOffset? Read(string? text, string field, FieldErrors errors)
    {
        if (text is null)
            return null;
        if (DateTimeOffset.TryParseExact(
            text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            return time;
        }
        errors.Add(field, "must be a time such as 2026-08-01T10:00:00Z.");
        return null;
    }
}
