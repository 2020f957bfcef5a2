using System.Globalization;
using System.Text.RegularExpressions;

namespace Atelier.Generation.Failures;

/// <summary>
/// How long a provider asks to wait, in each spelling in use: the headers <c>retry-after-ms</c> (also <c>x-ms-retry-after-ms</c>)
/// and <c>Retry-After</c> as seconds or as a date (RFC 9110, section 10.2.3), and where no header says it, the error's own fields and words.
/// </summary>
internal static partial class RetryAfter
{
    /// <summary>The longest wait that is accepted. A longer one is cut to it.</summary>
    public static readonly TimeSpan Max = TimeSpan.FromHours(1);

    // Hours, minutes, seconds, milliseconds.
    private const string Time =
        @"(?:(?<h>\d+)\s?h(?:(?:ou)?rs?)?(?![a-z])\s?)?(?:(?<m>\d+)\s?m(?:in(?:ute)?s?)?(?![a-z])\s?)?"
        + @"(?:(?<s>\d+(?:\.\d+)?)\s?s(?:ec(?:ond)?s?)?(?![a-z])|(?<ms>\d+(?:\.\d+)?)\s?m(?:illi)?s(?:ec(?:ond)?s?)?(?![a-z]))?";

    // How many characters of an error's message are searched.
    private const int MaxWords = 2000;

    private static readonly string[] Units = ["h", "m", "s", "ms"];

    /// <summary>Reads the wait.</summary>
    /// <param name="header">Gives a header's value by name, without regard to case, or null.</param>
    /// <param name="error">The error in the response's body.</param>
    /// <param name="now">The present moment, from which a date counts.</param>
    /// <returns>From zero to <see cref="Max"/>; null where the provider does not ask for a wait.</returns>
    public static TimeSpan? Read(Func<string, string?> header, ErrorBody error, DateTimeOffset now) =>
        Milliseconds(header("retry-after-ms") ?? header("x-ms-retry-after-ms"))
        ?? Seconds(header("Retry-After"))
        ?? Date(header("Retry-After"), now)
        ?? Seconds(error.RetryAfter)
        ?? Words(error.RetryAfter, Duration())
        ?? Words(error.RetryDelay, Duration())
        ?? Words(error.Message, Sentence());

    private static TimeSpan? Milliseconds(string? value) => Number(value) is { } ms ? Bounded(ms / 1000) : null;

    private static TimeSpan? Seconds(string? value) => Number(value) is { } s ? Bounded(s) : null;

    private static TimeSpan? Date(string? value, DateTimeOffset now) =>
        DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? Bounded((date - now).TotalSeconds)
            : null;

    private static TimeSpan? Words(string? text, Regex pattern)
    {
        foreach (Match match in pattern.Matches(text is { Length: > MaxWords } ? text[..MaxWords] : text ?? ""))
        {
            double Part(string group) => Number(match.Groups[group].Value) ?? 0;
            if (Units.Any(unit => match.Groups[unit].Success))
                return Bounded((Part("h") * 3600) + (Part("m") * 60) + Part("s") + (Part("ms") / 1000));
        }

        return null;
    }

    private static double? Number(string? value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private static TimeSpan Bounded(double seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds, 0, Max.TotalSeconds));

    // Azure: "Please retry after 12 seconds." OpenAI: "Please try again in 1m30.5s." or "in 350ms." Google: "Please retry in 45.5s."
    // Replicate: "Your rate limit resets in ~10s."
    [GeneratedRegex(
        @"\b(?:(?:re)?try(?:\sagain)?|resets?|wait)(?:\s(?:in|after|for|at\sleast|about|another))*\s~?(?=\d)" + Time,
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Sentence();

    [GeneratedRegex("^" + Time + "$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Duration();
}
